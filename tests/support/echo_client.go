// Echoes a line through a TLS server, verified: echo_client address ca.pem 12|13
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"os"
)

func main() {
	pem, err := os.ReadFile(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	version := map[string]uint16{"12": tls.VersionTLS12, "13": tls.VersionTLS13}[os.Args[3]]
	connection, err := tls.Dial("tcp", os.Args[1], &tls.Config{
		RootCAs: roots, ServerName: "localhost", MinVersion: version, MaxVersion: version,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Fprintf(connection, "hello from Go\n")
	connection.CloseWrite()
	back, err := io.ReadAll(connection)
	if err != nil {
		log.Fatal(err)
	}
	os.Stdout.Write(back)
}
