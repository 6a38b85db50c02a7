//! Copies that reuse what they are copied into.

/// `Clone` of a type, field by field, with a `clone_from` that allocates nothing where the target has room: a derived one would
/// build a new value. All fields are named, so that none is forgotten.
macro_rules! clone_in_place {
    ($name:ident$(<$($life:lifetime),*>)? { $($field:ident),* $(,)? }) => {
        impl$(<$($life),*>)? Clone for $name$(<$($life),*>)? {
            fn clone(&self) -> Self {
                Self { $($field: Clone::clone(&self.$field)),* }
            }

            fn clone_from(&mut self, source: &Self) {
                let Self { $($field),* } = source;
                $(Clone::clone_from(&mut self.$field, $field);)*
            }
        }
    };
}

pub(crate) use clone_in_place;

#[cfg(test)]
mod tests {
    #[derive(Debug, PartialEq)]
    struct Pair {
        list: Vec<u32>,
        number: u32,
    }

    clone_in_place!(Pair { list, number });

    #[test]
    fn a_copy_is_equal_and_stays_where_it_was() {
        let source = Pair { list: vec![1, 2, 3], number: 4 };
        let mut target = Pair { list: Vec::with_capacity(9), number: 0 };
        let before = target.list.as_ptr();
        target.clone_from(&source);
        assert_eq!(target, source);
        assert_eq!(target.list.as_ptr(), before);
        assert_eq!(source.clone(), source);
    }
}
