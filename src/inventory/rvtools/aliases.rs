//! What the columns of RVTools are called, in all generations of its exports: workbooks of 4.x, of 3.x, and the internal
//! names of exports from the command line. One row a column; the first name is the one that messages use.
//!
//! Names are compared in lower case, without quotes and with single spaces, and MB is MiB: the two mean the same there
//! ([`normal`]). Columns that are in no row here are ignored, wherever they stand.

/// A column that is read.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) word: &'static str,
    pub(super) aliases: &'static [&'static str],
    /// Nothing can be made of the sheet without it.
    pub(super) is_required: bool,
    /// Its cells say yes or no, or nothing.
    pub(super) is_truth: bool,
}

/// A sheet that is read.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) name: &'static str,
    pub(super) columns: &'static [Column],
}

const fn required(word: &'static str, aliases: &'static [&'static str]) -> Column {
    Column { word, aliases, is_required: true, is_truth: false }
}

const fn column(word: &'static str, aliases: &'static [&'static str]) -> Column {
    Column { word, aliases, is_required: false, is_truth: false }
}

const fn truth(word: &'static str, aliases: &'static [&'static str]) -> Column {
    Column { word, aliases, is_required: false, is_truth: true }
}

/// The vSphere that was asked, in every sheet: exports of several are merged into one.
const SERVER: &str = "VI SDK Server";

pub(super) const VINFO: Sheet = Sheet {
    name: "vInfo",
    columns: &[
        required("VM", &["VM Name", "vInfoVMName"]),
        column("Powerstate", &["Power state", "vInfoPowerstate"]),
        truth("Template", &["vInfoTemplate"]),
        truth("SRM Placeholder", &["vInfoSRMPlaceholder"]),
        column("Connection state", &["vInfoConnectionState"]),
        required("CPUs", &["# CPUs", "vCPUs", "Num CPUs", "vInfoCPUs", "vInfoNumCPU"]),
        required("Memory", &["Memory MiB", "Memory Size MiB", "vInfoMemory"]),
        column("Resource pool", &["vInfoResourcePool"]),
        column("Folder", &["vInfoFolder"]),
        column("vApp", &["vInfoVApp"]),
        column("FT State", &["vInfoFTState", "vInfoFaultToleranceState"]),
        column("HA Restart Priority", &["vInfoHARestartPriority", "vInfoDASRestartPriority"]),
        column("HA Isolation Response", &["vInfoHAIsolationResponse", "vInfoDASIsolationResponse"]),
        column("HA VM Monitoring", &["vInfoHAVMMonitoring"]),
        column("Cluster rule(s)", &["Cluster rules", "vInfoClusterRules"]),
        column("Cluster rule name(s)", &["Cluster rule names", "vInfoClusterRuleNames"]),
        column("Path", &["vInfoPath", "VM Path"]),
        column("Datacenter", &["vInfoDataCenter"]),
        column("Cluster", &["vInfoCluster"]),
        column("Host", &["vInfoHost", "ESX Host"]),
        column("VM ID", &["vInfoVMID", "vInfoObjectID"]),
        // Not the UUID of old exports, which is the machine's: clones may share it.
        column("VM UUID", &["vInfoVMUUID"]),
        column(SERVER, &["vInfoVISDKServer"]),
    ],
};

pub(super) const VHOST: Sheet = Sheet {
    name: "vHost",
    columns: &[
        required("Host", &["Host Name", "vHostName"]),
        column("Datacenter", &["vHostDatacenter"]),
        column("Cluster", &["vHostCluster"]),
        truth("in Maintenance Mode", &["Maintenance Mode", "vHostInMaintenanceMode"]),
        column("vSAN Fault Domain Name", &["vHostvSANFaultDomainName"]),
        column("CPU Model", &["vHostCpuModel"]),
        column("# CPU", &["# CPUs", "vHostNumCpu"]),
        column("Cores per CPU", &["vHostCoresPerCPU"]),
        column("# Cores", &["Cores", "vHostNumCpuCores"]),
        column("# Memory", &["Memory", "# Memory MiB", "Memory Size", "vHostMemorySize"]),
        truth("VMotion support", &["vHostVMotionSupport", "vHostVMotionSupported"]),
        column("Current EVC", &["vHostCurrentEVC", "vHostCurrentEVCModeKey"]),
        column("ESX Version", &["ESXi Version", "vHostFullName", "vHostESXVersion"]),
        column(SERVER, &["vHostVISDKServer"]),
    ],
};

pub(super) const VCLUSTER: Sheet = Sheet {
    name: "vCluster",
    columns: &[
        required("Name", &["Cluster", "vClusterName"]),
        column("NumHosts", &["# Hosts", "vClusterNumHosts"]),
        column("NumCpuCores", &["# Cores", "vClusterNumCpuCores"]),
        column("TotalMemory", &["Total Memory", "vClusterTotalMemory"]),
        truth("HA enabled", &["vClusterHAEnabled", "vClusterDasEnabled"]),
        column("Failover Level", &["vClusterFailoverLevel", "vClusterDasFailoverLevel"]),
        truth(
            "AdmissionControlEnabled",
            &[
                "Admission Control Enabled",
                "vClusterAdmissionControlEnabled",
                "vClusterDasAdmissionControlEnabled",
            ],
        ),
        column("Host monitoring", &["vClusterHostMonitoring", "vClusterDasHostMonitoring"]),
        column("Isolation Response", &["vClusterIsolationResponse", "vClusterDasIsolationResponse"]),
        column("Restart Priority", &["vClusterRestartPriority", "vClusterDasRestartPriority"]),
        column("Max Failures", &["vClusterMaxFailures", "vClusterDasMaxFailures"]),
        column("Failure Interval", &["vClusterFailureInterval", "vClusterDasFailureInterval"]),
        column("VM Monitoring", &["vClusterVMMonitoring", "vClusterDasVMMonitoring"]),
        truth("DRS enabled", &["vClusterDRSEnabled"]),
        column("DRS default VM behavior", &["DRS default VM behaviour", "vClusterDRSDefaultVMBehavior"]),
        column(SERVER, &["vClusterVISDKServer"]),
    ],
};

pub(super) const VDATASTORE: Sheet = Sheet {
    name: "vDatastore",
    columns: &[
        required("Name", &["Datastore", "vDatastoreName", "vDSName"]),
        column("Address", &["vDatastoreAddress", "vDSAddress"]),
        column("Type", &["vDatastoreType", "vDSType"]),
        column("Hosts", &["vDatastoreHosts", "vDSHosts"]),
        column(SERVER, &["vDatastoreVISDKServer", "vDSVISDKServer"]),
    ],
};

/// All of them. Without the first there is nothing to import.
pub(super) const SHEETS: [&Sheet; 4] = [&VINFO, &VHOST, &VCLUSTER, &VDATASTORE];

impl Sheet {
    /// The position of a column; the words are those of the tables above.
    pub(super) fn position(&self, word: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.word == word)
    }
}

/// A column's name as it is compared.
pub(super) fn normal(header: &str) -> String {
    let plain = |c: char| if matches!(c, '"' | '\'' | '\u{feff}') || c.is_whitespace() { ' ' } else { c };
    let lower = header.chars().map(plain).collect::<String>().to_lowercase();
    let words = lower.split_whitespace().map(|word| if word == "mb" { "mib" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_means_two_columns_of_one_sheet() {
        for sheet in SHEETS {
            let names =
                sheet.columns.iter().flat_map(|c| [c.word].into_iter().chain(c.aliases.iter().copied()));
            let mut names: Vec<String> = names.map(normal).collect();
            names.sort();
            let before = names.len();
            names.dedup();
            assert_eq!(names.len(), before, "{}: {names:?}", sheet.name);
        }
    }

    #[test]
    fn names_are_compared_without_what_generations_differ_in() {
        assert_eq!(normal("\u{feff}\"Provisioned  MB\" "), normal("provisioned MiB"));
        assert_eq!(normal("# VMs"), "# vms");
    }
}
