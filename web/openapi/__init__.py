"""The OpenAPI document: declarations of operations, the document, the pages that show it."""
