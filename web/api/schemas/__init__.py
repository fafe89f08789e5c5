"""Schemas of the API's requests and answers, by area; the OpenAPI document is made of these."""
