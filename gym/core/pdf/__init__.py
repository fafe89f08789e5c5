"""PDF documents: fonts, text, pages."""
