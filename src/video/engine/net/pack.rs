//! Datagrams to one peer, put together so that many leave in one call. Pure.
//!
//! The kernel cuts one buffer into datagrams of one size, of which the last may be shorter. What comes
//! out of a pack is what was put in, in the same order: a peer whose packets come out of order asks for
//! them again.

/// The kernel takes no more in one call (UDP and IP headers included, 65,535).
const MOST_BYTES: usize = 60_000;

/// Datagrams of one size, the last of which may be shorter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run<'a> {
    pub bytes: &'a [u8],
    /// The size of each but the last.
    pub size: usize,
}

impl<'a> Run<'a> {
    /// One datagram.
    pub fn of_one(datagram: &'a [u8]) -> Self {
        Self { bytes: datagram, size: datagram.len() }
    }

    /// The datagrams of it.
    pub fn datagrams(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.bytes.chunks(self.size.max(1))
    }

    /// How many they are.
    pub fn count(&self) -> usize {
        self.bytes.len().div_ceil(self.size.max(1))
    }
}

/// The run that is being put together.
#[derive(Debug)]
pub struct Pack {
    bytes: Vec<u8>,
    size: usize,
    count: usize,
    /// Datagrams in a run at most; one where the kernel cannot cut.
    most: usize,
}

impl Pack {
    pub fn new() -> Self {
        Self { bytes: Vec::with_capacity(MOST_BYTES), size: 0, count: 0, most: 1 }
    }

    /// How many datagrams the kernel takes in one call from now on.
    pub fn allow(&mut self, most: usize) {
        self.most = most.max(1);
    }

    /// Puts one more datagram in; what it does not go together with is given to `out` first.
    pub fn put(&mut self, datagram: &[u8], mut out: impl FnMut(Run<'_>)) {
        let whole = self.bytes.len() == self.size * self.count;
        let fits = whole
            && self.count < self.most
            && datagram.len() <= self.size
            && self.bytes.len() + datagram.len() <= MOST_BYTES;
        if !fits {
            self.end(&mut out);
            self.size = datagram.len();
        }
        self.bytes.extend_from_slice(datagram);
        self.count += 1;
    }

    /// Gives out what is there.
    pub fn end(&mut self, mut out: impl FnMut(Run<'_>)) {
        if self.count > 0 {
            out(Run { bytes: &self.bytes, size: self.size });
        }
        self.bytes.clear();
        self.count = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The sizes of the runs that datagrams of these sizes make.
    fn runs(sizes: &[usize], most: usize) -> Vec<Vec<usize>> {
        let (mut pack, mut runs) = (Pack::new(), Vec::new());
        pack.allow(most);
        let mut note = |run: Run<'_>| runs.push(run.datagrams().map(<[u8]>::len).collect());
        for size in sizes {
            pack.put(&vec![0; *size], &mut note);
        }
        pack.end(&mut note);
        runs
    }

    #[test]
    fn equal_sizes_leave_together_and_a_shorter_one_ends_a_run() {
        let table: [(&[usize], &[&[usize]]); 7] = [
            (&[], &[]),
            (&[100], &[&[100]]),
            (&[1000, 1000, 1000, 300], &[&[1000, 1000, 1000, 300]]),
            (&[1000, 300, 300], &[&[1000, 300], &[300]]),
            (&[300, 1000, 1000], &[&[300], &[1000, 1000]]),
            (&[1000, 1000, 1001, 1001], &[&[1000, 1000], &[1001, 1001]]),
            (&[1000, 900, 1000], &[&[1000, 900], &[1000]]),
        ];
        for (sizes, expected) in table {
            assert_eq!(runs(sizes, 64), expected, "{sizes:?}");
        }
        assert_eq!(runs(&[7, 7, 7, 7, 7], 2), [vec![7, 7], vec![7, 7], vec![7]]);
        assert_eq!(runs(&[7, 7], 1), [[7], [7]]);
        let long = runs(&[20_000; 5], 64);
        assert_eq!(long, [vec![20_000; 3], vec![20_000; 2]]);
    }

    proptest! {
        #[test]
        fn what_comes_out_is_what_was_put_in(
            datagrams in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..30), 0..40),
            most in 1usize..10,
        ) {
            let (mut pack, mut out, mut counts) = (Pack::new(), Vec::new(), Vec::new());
            pack.allow(most);
            let mut note = |run: Run<'_>| {
                counts.push((run.count(), run.datagrams().count()));
                out.extend(run.datagrams().map(<[u8]>::to_vec));
            };
            for datagram in &datagrams {
                pack.put(datagram, &mut note);
            }
            pack.end(&mut note);
            prop_assert_eq!(out, datagrams);
            prop_assert!(counts.iter().all(|(told, are)| told == are && *told <= most));
        }
    }
}
