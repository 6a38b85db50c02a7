//! What services have lost in a while, figure by figure: mostly nothing, of most of them.

use crate::engine::clone_in_place;

/// Rows of figures, one for each service, which remember which of them have been added to: what one episode costs goes by what it hits, and not by how
/// many services there are.
///
/// ```
/// use ninefold::sim::rare::Losses;
/// let (mut now, mut all) = (Losses::new(1_000, 2), Losses::new(1_000, 2));
/// now.row_mut(7)[0] += 3.0;
/// all.add(0.5, &now);
/// now.clear();
/// assert!(now.is_empty());
/// assert_eq!(all.rows().collect::<Vec<_>>(), [(7, &[1.5, 0.0][..])]);
/// ```
#[derive(Debug)]
pub struct Losses {
    figures: usize,
    values: Vec<f64>,
    /// Rows that have been added to, in the order in which they were first, and whether each has been.
    touched: Vec<u32>,
    are_touched: Vec<bool>,
}

clone_in_place!(Losses { figures, values, touched, are_touched });

impl Losses {
    /// Nothing, of so many services, with so many figures each.
    #[must_use]
    pub fn new(services: usize, figures: usize) -> Losses {
        let (values, touched) = (vec![0.0; services * figures], Vec::new());
        Losses { figures, values, touched, are_touched: vec![false; services] }
    }

    /// The figures of a service, to be added to.
    pub fn row_mut(&mut self, service: usize) -> &mut [f64] {
        if !std::mem::replace(&mut self.are_touched[service], true) {
            self.touched.push(service as u32);
        }
        let first = service * self.figures;
        &mut self.values[first..first + self.figures]
    }

    /// Whether nothing has been added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.touched.is_empty()
    }

    /// Services that something has been added to, each once, with their figures.
    pub fn rows(&self) -> impl Iterator<Item = (usize, &[f64])> {
        let row = |service: usize| &self.values[service * self.figures..(service + 1) * self.figures];
        self.touched.iter().map(move |&service| (service as usize, row(service as usize)))
    }

    /// All figures, service by service.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Adds others, so many times.
    pub fn add(&mut self, times: f64, others: &Losses) {
        for (service, more) in others.rows() {
            self.row_mut(service).iter_mut().zip(more).for_each(|(sum, more)| *sum += times * more);
        }
    }

    /// Back to nothing.
    pub fn clear(&mut self) {
        for service in self.touched.drain(..) {
            let first = service as usize * self.figures;
            self.values[first..first + self.figures].fill(0.0);
            self.are_touched[service as usize] = false;
        }
    }
}
