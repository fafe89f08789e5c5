"""Files of the local Bot API server: photos in their sizes, documents byte for byte."""
