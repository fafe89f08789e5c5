"""What the API reads and answers, by area; the OpenAPI document is made of these."""
