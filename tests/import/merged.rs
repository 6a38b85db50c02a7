//! Exports of several vSpheres in one, of several datacenters, and of the same one twice: names say what something is only
//! where it is.

use std::collections::BTreeSet;

use ninefold::inventory::{Grouping, Inventory, scenario};

use super::{Files, inventory, loaded};

/// Files of the rows of sheets, with commas between the cells.
pub(super) fn sheets(tables: &[(&str, &[&str])]) -> Files {
    tables.iter().map(|(sheet, rows)| (format!("{sheet}.csv"), rows.join("\n").into_bytes())).collect()
}

const VINFO: &str = "VM,Powerstate,CPUs,Memory,Datacenter,Cluster,Host,Path,VI SDK Server";
const VHOST: &str = "Host,Datacenter,Cluster,# Cores,# Memory,VI SDK Server";
const VCLUSTER: &str =
    "Name,NumHosts,NumCpuCores,TotalMemory,HA enabled,Failover Level,AdmissionControlEnabled,VI SDK Server";
const VDATASTORE: &str = "Name;Type;Hosts;VI SDK Server";

/// Two hosts and four VMs each under `servers`, in datacenters and clusters with the same names; HA is on in the first.
fn twins(servers: [&str; 2], datacenters: [&str; 2]) -> Files {
    let (mut vinfo, mut vhost, mut vcluster, mut vdatastore) = (
        vec![VINFO.to_owned()],
        vec![VHOST.to_owned()],
        vec![VCLUSTER.to_owned()],
        vec![VDATASTORE.to_owned()],
    );
    for (number, (server, datacenter)) in servers.into_iter().zip(datacenters).enumerate() {
        for host in 1..=2 {
            vhost.push(format!("esx{host},{datacenter},Prod,16,65536,{server}"));
        }
        for vm in 0..4 {
            let (name, host) = (["first", "second"][number], vm % 2 + 1);
            vinfo.push(format!(
                "{name}-{vm},poweredOn,2,4096,{datacenter},Prod,esx{host},[ds] {name}-{vm}/x.vmx,{server}"
            ));
        }
        let is_on = ["True", "False"][number];
        // Whoever has asked has typed the server's name: the case may differ.
        vcluster.push(format!("Prod,2,32,131072,{is_on},1,True,{}", server.to_uppercase()));
        vdatastore.push(format!("ds;VMFS;esx1, esx2;{}", server.to_uppercase()));
    }
    let tables = [("vInfo", vinfo), ("vHost", vhost), ("vCluster", vcluster), ("vDatastore", vdatastore)];
    tables.into_iter().map(|(sheet, rows)| (format!("{sheet}.csv"), rows.join("\n").into_bytes())).collect()
}

/// Every VM of the twins on hosts and disks of its own half, and no array under both.
fn assert_apart(inventory: &Inventory) {
    assert_eq!((inventory.hosts.len(), inventory.vms.len()), (4, 8), "{inventory:#?}");
    for vm in &inventory.vms {
        let half = if vm.name.starts_with("first") { 0..2 } else { 2..4 };
        assert!(vm.host_is_told && half.contains(&vm.host), "{vm:?}");
        let array = &inventory.arrays[vm.array.unwrap()];
        assert_eq!(array.hosts, half.collect::<BTreeSet<usize>>(), "{vm:?}");
    }
    assert_eq!((inventory.arrays.len(), inventory.clusters.len(), inventory.datacenters.len()), (2, 2, 2));
    loaded(&scenario(inventory, Grouping::Stem).text);
}

#[test]
fn hosts_clusters_and_datastores_of_one_name_under_two_servers_are_two() {
    let merged = inventory(twins(["vc1", "vc2"], ["DC", "DC"]));
    assert_apart(&merged);
    // Each has its own settings, and says whose it is.
    let settings: Vec<(bool, u32)> =
        merged.clusters.iter().map(|c| (c.restarts.value, c.failover_level.value)).collect();
    assert_eq!(settings, [(true, 1), (false, 0)]);
    assert!(merged.vms.iter().all(|vm| vm.is_restarted == vm.name.starts_with("first")));
    let imported = scenario(&merged, Grouping::Stem);
    assert!(imported.text.contains("# That of datacenter \"DC\" of server \"vc2\""), "{}", imported.text);
    assert!(
        imported
            .summary
            .iter()
            .any(|line| line.starts_with("cluster Prod of datacenter \"DC\" of server \"vc1\": "))
    );
    assert_eq!(merged.remarks, [""; 0]);
}

/// Nothing says of which server anything is: names are all there is, and the datacenter tells them apart.
#[test]
fn without_a_server_the_datacenter_tells_hosts_and_datastores_of_one_name_apart() {
    let merged = inventory(twins(["", ""], ["East", "West"]));
    assert_apart(&merged);
    // Both rows of vCluster are called Prod and have two hosts: nothing decides, and the import says so.
    assert!(merged.clusters.iter().all(|cluster| cluster.restarts.value));
    assert!(merged.remarks.len() == 1 && merged.remarks[0].contains("1 (\"Prod\")"), "{:?}", merged.remarks);
    // And where nothing does, what is left is one datacenter with every host once.
    let one = inventory(twins(["", ""], ["DC", "DC"]));
    assert_eq!((one.hosts.len(), one.clusters.len()), (2, 1));
    assert!(one.left_out.contains(&("rows of vHost with a host that is there already".to_owned(), 2)));
}

/// `rows` of vCluster for a cluster Prod of two hosts in East and one of `west` hosts in West, of one server: whether HA is
/// on in each, and remarks.
fn settled(rows: &[&str], west: usize) -> (Vec<bool>, Vec<String>) {
    let west: Vec<String> = (1..=west).map(|n| format!("w{n},West,Prod,16,65536,vc")).collect();
    let vhost: Vec<&str> = [VHOST, "e1,East,Prod,16,65536,vc", "e2,East,Prod,16,65536,vc"]
        .into_iter()
        .chain(west.iter().map(String::as_str))
        .collect();
    let vcluster: Vec<&str> = [VCLUSTER].into_iter().chain(rows.iter().copied()).collect();
    let vinfo = [VINFO, "a,poweredOn,2,4096,East,Prod,e1,,vc", "b,poweredOn,2,4096,West,Prod,w1,,vc"];
    let inventory = inventory(sheets(&[("vInfo", &vinfo), ("vHost", &vhost), ("vCluster", &vcluster)]));
    loaded(&scenario(&inventory, Grouping::Stem).text);
    (inventory.clusters.iter().map(|cluster| cluster.restarts.value).collect(), inventory.remarks)
}

#[test]
fn the_number_of_hosts_says_which_row_of_vcluster_is_whose_where_it_can() {
    let (off_2, on_2) = ("Prod,2,32,131072,False,1,True,vc", "Prod,2,32,131072,True,1,True,vc");
    let on_3 = "Prod,3,48,196608,True,1,True,vc";
    let nothing: Vec<String> = Vec::new();
    // In either order; the first row is not simply taken.
    assert_eq!(settled(&[on_3, off_2], 3), (vec![false, true], nothing.clone()));
    assert_eq!(settled(&[off_2, on_3], 3), (vec![false, true], nothing.clone()));
    // What is left is that of the one that is left, though vHost has but one of its three hosts.
    assert_eq!(settled(&[on_3, off_2], 1), (vec![false, true], nothing.clone()));
    // Rows that say the same need no decision, and one of another server is none.
    let elsewhere = "Prod,2,32,131072,False,1,True,other";
    assert_eq!(settled(&[elsewhere, on_2, on_2], 2), (vec![true, true], nothing));
    // Two of two hosts: the first, and a remark.
    let (settings, remarks) = settled(&[off_2, on_2], 2);
    assert_eq!(settings, [false, false]);
    assert!(remarks.len() == 1 && remarks[0].contains("does not decide: 1 (\"Prod\")"), "{remarks:?}");
}

#[test]
fn a_datastore_is_where_its_hosts_are_and_without_a_list_where_its_vms_are() {
    let vhost = [VHOST, "e1,East,A,16,65536,vc", "w1,West,B,16,65536,vc", "w2,West,B,16,65536,vc"];
    let vinfo = [
        VINFO,
        "a,poweredOn,2,4096,East,A,e1,[ds] a/a.vmx,vc",
        "b,poweredOn,2,4096,West,B,w1,[ds] b/b.vmx,vc",
    ];
    let with_lists: &[&str] = &[VDATASTORE, "ds;VMFS;w1, w2;vc", "ds;VMFS;e1;vc"];
    let without: &[&str] = &[VDATASTORE, "ds;NFS;;vc", "ds;NFS;;vc"];
    let one_row: &[&str] = &[VDATASTORE, "ds;NFS;;vc"];
    for rows in [with_lists, without, one_row, &[VDATASTORE]] {
        let inventory = inventory(sheets(&[("vInfo", &vinfo), ("vHost", &vhost), ("vDatastore", rows)]));
        let hosts: Vec<Vec<usize>> = inventory
            .vms
            .iter()
            .map(|vm| inventory.arrays[vm.array.unwrap()].hosts.iter().copied().collect())
            .collect();
        assert_eq!(hosts, [vec![0], vec![1, 2]], "{rows:?}");
        // Both of a server's rows count, and what is made for the second VM is a filer as the first is.
        let kinds: BTreeSet<&str> = inventory.arrays.iter().map(|array| array.kind.value).collect();
        assert_eq!(kinds.contains("nfs"), rows.len() > 1 && rows[1].contains("NFS"));
        loaded(&scenario(&inventory, Grouping::Stem).text);
    }
}

#[test]
fn an_export_merged_with_itself_is_the_same_datacenter() {
    let once = twins(["vc1", "vc2"], ["DC", "DC"]);
    let twice: Files = once
        .iter()
        .map(|(name, bytes)| {
            let text = String::from_utf8(bytes.clone()).unwrap();
            let rows = text.split_once('\n').unwrap().1;
            (name.clone(), format!("{text}\n{rows}").into_bytes())
        })
        .collect();
    let (once, twice) = (inventory(once), inventory(twice));
    assert_apart(&twice);
    let body = |inventory: &Inventory| {
        let text = scenario(inventory, Grouping::Stem).text;
        text[text.find("schema = 1").unwrap()..].to_owned()
    };
    assert_eq!(body(&twice), body(&once));
    let expected = [
        ("rows of vInfo with a VM that is there already", 8),
        ("rows of vHost with a host that is there already", 4),
        ("rows of vDatastore with a datastore that is there already", 2),
    ];
    assert_eq!(twice.left_out, expected.map(|(what, count)| (what.to_owned(), count)));
}

/// The surest of what a row has says which VM it is about.
#[test]
fn a_vm_that_appears_twice_counts_once_and_others_that_are_called_like_it_count() {
    const HEADER: &str = "VM,Powerstate,CPUs,Memory,Host,Path,VM ID,VM UUID,VI SDK Server";
    let count = |rows: &[&str]| {
        let rows: Vec<&str> = [HEADER].into_iter().chain(rows.iter().copied()).collect();
        let inventory = inventory(sheets(&[("vInfo", &rows)]));
        let twice = inventory.left_out.iter().find(|(what, _)| what.contains("there already"));
        (inventory.vms.len(), twice.map_or(0, |(_, count)| *count))
    };
    // One machine, moved and renamed between two exports.
    assert_eq!(
        count(&["a,on,2,4096,h1,[d] a,vm-1,5025-AB,vc", "b,on,2,4096,h2,[d] b,vm-9,5025-ab,vc"]),
        (1, 1)
    );
    assert_eq!(
        count(&["a,on,2,4096,h1,[d] a,vm-1,5025-AB,vc", "a,on,2,4096,h1,[d] a,vm-1,5025-ac,vc"]),
        (2, 0)
    );
    // Numbers count on one server.
    assert_eq!(count(&["a,on,2,4096,h1,[d] a,vm-1,,vc", "a,on,2,4096,h2,[d] b,vm-1,,VC"]), (1, 1));
    assert_eq!(count(&["a,on,2,4096,h1,[d] a,vm-1,,vc", "a,on,2,4096,h1,[d] a,vm-1,,other"]), (2, 0));
    // Without both: name, host and file.
    assert_eq!(count(&["a,on,2,4096,h1,[d] a/a.vmx,vm-1,,", "a,on,2,4096,h1,[d] a/a.vmx,vm-2,,"]), (1, 1));
    assert_eq!(count(&["a,on,2,4096,h1,[d] a/a.vmx,,,", "a,on,2,4096,h1,[d] a_1/a.vmx,,,"]), (2, 0));
    assert_eq!(count(&["a,on,2,4096,h1,,,,", "a,on,2,4096,h1,,,,"]), (2, 0));
    // What is off in the one export may run in the other.
    assert_eq!(count(&["a,poweredOff,2,4096,h1,[d] a,,u,vc", "a,poweredOn,2,4096,h1,[d] a,,u,vc"]), (1, 0));
}

#[test]
fn fault_domains_of_one_name_in_two_clusters_are_two_racks() {
    let vhost = [
        "Host,Datacenter,Cluster,# Cores,# Memory,vSAN Fault Domain Name",
        "a1,DC,Robo A,16,65536,Preferred",
        "a2,DC,Robo A,16,65536,Secondary",
        "b1,DC,Robo B,16,65536,Preferred",
        "b2,DC,Robo B,16,65536,Secondary",
    ];
    let vinfo = ["VM,CPUs,Memory,Cluster,Host", "x,2,4096,Robo A,a1", "y,2,4096,Robo B,b1"];
    let text = scenario(&inventory(sheets(&[("vInfo", &vinfo), ("vHost", &vhost)])), Grouping::Stem).text;
    loaded(&text);
    let parsed: toml::Table = text.parse().unwrap();
    let racks: BTreeSet<&str> =
        parsed["host"].as_table().unwrap().values().map(|host| host["rack"].as_str().unwrap()).collect();
    assert_eq!(racks, BTreeSet::from(["preferred", "preferred-b", "secondary", "secondary-b"]));
    assert_eq!(parsed["rack"].as_table().unwrap().len(), 4);
    assert!(text.contains("this is that of robo-b."), "{text}");
}

#[test]
fn hosts_and_vms_that_are_disconnected_stop_nothing_and_are_told() {
    let vhost = [
        "Host,Cluster,# Cores,# Memory",
        "h1,P,16,65536",
        "h2,P,32,131072",
        "lost,P,0,0",
        "silent,P,0,0",
        "half,Q,16,0",
    ];
    let vinfo = [
        "VM,Connection state,CPUs,Memory,Cluster,Host",
        "a,connected,2,4096,P,h1",
        "b,connected,2,4096,P,silent",
        "gone,disconnected,0,0,P,lost2",
        "c,disconnected,2,4096,Q,half",
    ];
    let vcluster = ["Name,NumHosts,NumCpuCores,TotalMemory", "P,4,48,196608"];
    let inventory = inventory(sheets(&[("vInfo", &vinfo), ("vHost", &vhost), ("vCluster", &vcluster)]));
    let sizes: Vec<(&str, u64, u64)> =
        inventory.hosts.iter().map(|h| (h.name.as_str(), h.cores.value, h.memory_mib.value)).collect();
    // Where VMs run there is a host: as large as the largest beside it, or what its VMs need at least.
    assert_eq!(
        sizes,
        [("h1", 16, 65_536), ("h2", 32, 131_072), ("silent", 32, 131_072), ("half", 16, 65_536)]
    );
    let text = scenario(&inventory, Grouping::Stem).text;
    // It shares a group with the one that it is taken to be like; which of them is assumed is told.
    let assumed =
        "# memory ASSUMED: as the largest other host of its cluster; vHost does not say it, of: \"silent\"";
    assert!(text.contains(&format!("memory = \"131072 MiB\" # vHost: # Memory\n{assumed}")), "{text}");
    assert_eq!(inventory.vms.len(), 3);
    let told = |words: &str, count: u64| {
        let is_left_out = inventory.left_out.iter().any(|(what, n)| what.contains(words) && *n == count);
        let is_remarked = inventory
            .remarks
            .iter()
            .any(|line| line.contains(words) && line.contains(&format!(": {count};")));
        assert!(is_left_out || is_remarked, "{words}: {inventory:#?}");
    };
    told("hosts with 0 cores or 0 memory on which nothing runs", 1);
    told("hosts with 0 cores or 0 memory that run VMs", 2);
    told("VMs that are disconnected and have no CPUs or no memory", 1);
    loaded(&text);
}

/// The level counts for one policy of admission control; under the others it is 0, and something is kept free all the same.
#[test]
fn admission_control_without_a_level_keeps_room_for_one_host_and_says_that_it_is_assumed() {
    let vhost = ["Host,Cluster,# Cores,# Memory", "h1,P,16,65536", "h2,P,16,65536", "h3,P,16,65536"];
    let vinfo = ["VM,Powerstate,CPUs,Memory,Cluster,Host", "a,poweredOn,2,4096,P,h1"];
    let with = |level: &str, admission: &str| {
        let row = format!("P,True,{level},{admission}");
        let vcluster = ["Name,HA enabled,Failover Level,AdmissionControlEnabled", &row];
        let inventory = inventory(sheets(&[("vInfo", &vinfo), ("vHost", &vhost), ("vCluster", &vcluster)]));
        let text = scenario(&inventory, Grouping::Stem).text;
        loaded(&text);
        let line = text.lines().find(|line| line.starts_with("admission = ")).unwrap().to_owned();
        (line, inventory.remarks.len())
    };
    let (line, remarks) = with("0", "True");
    assert!(line.starts_with("admission = { policy = \"percentage\", memory = \"34 %\""), "{line}");
    assert!(
        line.contains("# ASSUMED: room for one failed host; admission control is on") && remarks == 1,
        "{line}"
    );
    assert_eq!(
        with("0", "False"),
        ("admission = \"none\" # vCluster: AdmissionControlEnabled is False".to_owned(), 0)
    );
    let (line, remarks) = with("2", "True");
    assert!(line.contains("67 %") && !line.contains("ASSUMED") && remarks == 0, "{line}");
}
