// Reads PEM certificates with Go's crypto/x509: prints the fields of the first as JSON, and, given
// more, verifies the first against the last as root with those between as intermediates.
package main

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
)

func read(path string) []*x509.Certificate {
	data, err := os.ReadFile(path)
	check(err)
	var all []*x509.Certificate
	for {
		var block *pem.Block
		block, data = pem.Decode(data)
		if block == nil {
			return all
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		check(err)
		all = append(all, certificate)
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// attributes: type and value of each, in their order.
func attributes(name pkix.Name) [][]string {
	all := [][]string{}
	for _, one := range name.Names {
		all = append(all, []string{one.Type.String(), fmt.Sprint(one.Value)})
	}
	return all
}

// fields CHAIN.pem ROOT.pem
func main() {
	chain := read(os.Args[1])
	c := chain[0]
	ips, uris, usages := []string{}, []string{}, []int{}
	for _, ip := range c.IPAddresses {
		ips = append(ips, ip.String())
	}
	for _, uri := range c.URIs {
		uris = append(uris, uri.String())
	}
	for _, usage := range c.ExtKeyUsage {
		usages = append(usages, int(usage))
	}
	critical := []string{}
	for _, extension := range c.Extensions {
		if extension.Critical {
			critical = append(critical, extension.Id.String())
		}
	}
	verified := ""
	if len(os.Args) > 2 {
		roots, intermediates := x509.NewCertPool(), x509.NewCertPool()
		for _, root := range read(os.Args[2]) {
			roots.AddCert(root)
		}
		for _, one := range chain[1:] {
			intermediates.AddCert(one)
		}
		_, err := c.Verify(x509.VerifyOptions{Roots: roots, Intermediates: intermediates,
			KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
		verified = "ok"
		if err != nil {
			verified = err.Error()
		}
	}
	json.NewEncoder(os.Stdout).Encode(map[string]interface{}{
		"serial": hex.EncodeToString(c.SerialNumber.Bytes()), "subject": c.Subject.String(),
		"notBefore": c.NotBefore.Unix(), "notAfter": c.NotAfter.Unix(),
		"dns": c.DNSNames, "ip": ips, "email": c.EmailAddresses, "uri": uris,
		"isCA": c.IsCA, "maxPathLen": c.MaxPathLen, "keyUsage": int(c.KeyUsage),
		"extKeyUsage": usages, "ski": hex.EncodeToString(c.SubjectKeyId),
		"aki": hex.EncodeToString(c.AuthorityKeyId), "algorithm": c.SignatureAlgorithm.String(),
		"ocsp": c.OCSPServer, "crl": c.CRLDistributionPoints, "permitted": c.PermittedDNSDomains,
		"excluded": c.ExcludedDNSDomains, "verified": verified, "critical": critical,
		"subjectNames": attributes(c.Subject), "issuerNames": attributes(c.Issuer),
	})
}
