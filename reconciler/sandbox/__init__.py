"""A stand-in of the Vapi API: a second building at the same address, which never knew our client.

It reads the description of the API by itself and behaves as the API was observed to, not as the
client would like. `app.create_app` puts it together; `server` serves it.
"""
