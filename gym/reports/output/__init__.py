"""Reports written out: XLSX, CSV, JSON."""
