// Visits every case and prints what comes of it as JSON.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"log"
	"os"
)

type visited struct {
	Name, Host, RootFile string
	Port                 int
}

func visit(one visited) string {
	pem, err := os.ReadFile(one.RootFile)
	if err != nil {
		log.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return "the root is not taken"
	}
	connection, err := tls.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", one.Port), &tls.Config{
		RootCAs: roots, ServerName: one.Host,
	})
	if err != nil {
		return err.Error()
	}
	connection.Close()
	return "ok"
}

func main() {
	var cases []visited
	text, err := os.ReadFile(os.Args[1])
	if err == nil {
		err = json.Unmarshal(text, &cases)
	}
	if err != nil {
		log.Fatal(err)
	}
	answer := map[string]string{}
	for _, one := range cases {
		answer[one.Name] = visit(one)
	}
	json.NewEncoder(os.Stdout).Encode(answer)
}
