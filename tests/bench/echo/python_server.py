"""The tutorial's server, which serves one client at a time: python_server.py cert.pem key.pem"""

import socket
import ssl
import sys

context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(certfile=sys.argv[1], keyfile=sys.argv[2])

with socket.create_server(("127.0.0.1", 0), backlog=4096) as sock:
    print(sock.getsockname()[1], flush=True)
    with context.wrap_socket(sock, server_side=True) as ssock:
        while True:
            try:
                conn, addr = ssock.accept()
                with conn:
                    while data := conn.recv(16384):
                        conn.sendall(data)
            except OSError:
                pass
