//! Special functions on libm.
