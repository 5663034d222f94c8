"""The workshop: OpenAPI in, manifest schema and field table out."""
