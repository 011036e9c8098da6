//! The matchit router, called from Python: paths in, the number of the route out. Built by
//! `pip install bench/matchit_peer`, for `python -m bench.peers`; no part of gwmatch.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

#[pyclass(frozen)]
struct Router {
    routes: matchit::Router<usize>,
}

#[pymethods]
impl Router {
    /// Routes in matchit's own syntax, with the number each gives.
    #[new]
    fn new(routes: Vec<(String, usize)>) -> PyResult<Self> {
        let mut made = matchit::Router::new();
        for (path, number) in routes {
            made.insert(path, number).map_err(|error| PyValueError::new_err(error.to_string()))?;
        }
        Ok(Self { routes: made })
    }

    /// The number of the route that takes a path, or None.
    fn at(&self, path: &str) -> Option<usize> {
        self.routes.at(path).ok().map(|found| *found.value)
    }
}

#[pymodule]
fn matchit_peer(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Router>()
}
