"""Holds the package against an OpenAPI document of Cal.com: `python -m calcom_async.contract openapi.json`.

Nothing here has a list of operations. `discovery` walks the client, `samples` makes arguments from the signatures,
`survey` calls every method on a transport that only writes down what was sent, `comparison` holds that against the
document, `answers` lets every method read what the document says it may be answered. `deviations` is the one table
kept by hand: where servers do other than the document says, with the reason.
"""
