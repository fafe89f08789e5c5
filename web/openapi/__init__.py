"""The OpenAPI document: the register of operations, the document, the pages that show it."""
