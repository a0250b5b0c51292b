"""What Cal.com answers with and takes: one module per family, imported when it is first used."""
