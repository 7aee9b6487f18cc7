// Prints the cases of path validation of Go's own tests, one JSON object a line: verifyTests as they
// stand, nameConstraintsTests with certificates made as Go's test makes them. tests/support/go_cases.js
// has the compiler see this file as one of the package crypto/x509.
package x509

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"testing"
)

type publishedCase struct {
	Name          string   `json:"name"`
	Leaf          string   `json:"leaf"`
	Intermediates []string `json:"intermediates"`
	Roots         []string `json:"roots"`
	Time          int64    `json:"time"`
	Host          string   `json:"host"`
	Usages        []int    `json:"usages"`
	Valid         bool     `json:"valid"`
}

func usages(given []ExtKeyUsage) []int {
	list := []int{}
	for _, one := range given {
		list = append(list, int(one))
	}
	return list
}

func inPEM(cert *Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}))
}

func must(cert *Certificate, err error) *Certificate {
	if err != nil {
		panic(err)
	}
	return cert
}

func newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}

func constraintsCase(i int, test nameConstraintsTest) publishedCase {
	one := publishedCase{Name: fmt.Sprintf("#%d", i), Time: 1500, Intermediates: []string{},
		Usages: usages(test.requestedEKUs), Valid: test.expectedError == ""}
	var parent *Certificate
	parentKey := newKey()
	for _, spec := range test.roots {
		parent = must(makeConstraintsCACert(spec, "Root", parentKey, nil, parentKey))
		one.Roots = append(one.Roots, inPEM(parent))
	}
	for level, specs := range test.intermediates {
		var last *Certificate
		key := newKey()
		for _, spec := range specs {
			name := fmt.Sprintf("Intermediate level %d", level)
			last = must(makeConstraintsCACert(spec, name, key, parent, parentKey))
			one.Intermediates = append(one.Intermediates, inPEM(last))
		}
		parent, parentKey = last, key
	}
	one.Leaf = inPEM(must(makeConstraintsLeafCert(test.leaf, newKey(), parent, parentKey)))
	return one
}

func TestPublish(t *testing.T) {
	out := json.NewEncoder(os.Stdout)
	for _, test := range verifyTests {
		out.Encode(publishedCase{test.name, test.leaf, test.intermediates, test.roots,
			test.currentTime, test.dnsName, usages(test.keyUsages), test.errorCallback == nil})
	}
	for i, test := range nameConstraintsTests {
		out.Encode(constraintsCase(i, test))
	}
}
