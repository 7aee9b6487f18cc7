/**
 * NIST's Public Key Interoperability Test Suite (PKITS 1.0.1, the data of 2011): its certificates
 * and lists lie in Debian's python3-cryptography-vectors, one signed message for each case. What is
 * expected of each case stands here, after chapter 4 of NIST's document.
 */

import fs from 'node:fs'

const folder = '/usr/lib/python3/dist-packages/cryptography_vectors/x509/PKITS_data'

/** Chapter 4: the cases of each section in their order; the names say what is expected. */
const sections = {
  4.1: `ValidSignaturesTest1 InvalidCASignatureTest2 InvalidEESignatureTest3
    ValidDSASignaturesTest4 ValidDSAParameterInheritanceTest5 InvalidDSASignatureTest6`,
  4.2: `InvalidCAnotBeforeDateTest1 InvalidEEnotBeforeDateTest2 Validpre2000UTCnotBeforeDateTest3
    ValidGeneralizedTimenotBeforeDateTest4 InvalidCAnotAfterDateTest5 InvalidEEnotAfterDateTest6
    Invalidpre2000UTCEEnotAfterDateTest7 ValidGeneralizedTimenotAfterDateTest8`,
  4.3: `InvalidNameChainingEETest1 InvalidNameChainingOrderTest2 ValidNameChainingWhitespaceTest3
    ValidNameChainingWhitespaceTest4 ValidNameChainingCapitalizationTest5
    ValidNameChainingUIDsTest6 ValidRFC3280MandatoryAttributeTypesTest7
    ValidRFC3280OptionalAttributeTypesTest8 ValidUTF8StringEncodedNamesTest9
    ValidRolloverfromPrintableStringtoUTF8StringTest10 ValidUTF8StringCaseInsensitiveMatchTest11`,
  4.4: `MissingCRLTest1 InvalidRevokedCATest2 InvalidRevokedEETest3 InvalidBadCRLSignatureTest4
    InvalidBadCRLIssuerNameTest5 InvalidWrongCRLTest6 ValidTwoCRLsTest7
    InvalidUnknownCRLEntryExtensionTest8 InvalidUnknownCRLExtensionTest9
    InvalidUnknownCRLExtensionTest10 InvalidOldCRLnextUpdateTest11
    Invalidpre2000CRLnextUpdateTest12 ValidGeneralizedTimeCRLnextUpdateTest13
    ValidNegativeSerialNumberTest14 InvalidNegativeSerialNumberTest15
    ValidLongSerialNumberTest16 ValidLongSerialNumberTest17 InvalidLongSerialNumberTest18
    ValidSeparateCertificateandCRLKeysTest19 InvalidSeparateCertificateandCRLKeysTest20
    InvalidSeparateCertificateandCRLKeysTest21`,
  4.5: `ValidBasicSelfIssuedOldWithNewTest1 InvalidBasicSelfIssuedOldWithNewTest2
    ValidBasicSelfIssuedNewWithOldTest3 ValidBasicSelfIssuedNewWithOldTest4
    InvalidBasicSelfIssuedNewWithOldTest5 ValidBasicSelfIssuedCRLSigningKeyTest6
    InvalidBasicSelfIssuedCRLSigningKeyTest7 InvalidBasicSelfIssuedCRLSigningKeyTest8`,
  4.6: `InvalidMissingbasicConstraintsTest1 InvalidcAFalseTest2 InvalidcAFalseTest3
    ValidbasicConstraintsNotCriticalTest4 InvalidpathLenConstraintTest5
    InvalidpathLenConstraintTest6 ValidpathLenConstraintTest7 ValidpathLenConstraintTest8
    InvalidpathLenConstraintTest9 InvalidpathLenConstraintTest10 InvalidpathLenConstraintTest11
    InvalidpathLenConstraintTest12 ValidpathLenConstraintTest13 ValidpathLenConstraintTest14
    ValidSelfIssuedpathLenConstraintTest15 InvalidSelfIssuedpathLenConstraintTest16
    ValidSelfIssuedpathLenConstraintTest17`,
  4.7: `InvalidkeyUsageCriticalkeyCertSignFalseTest1 InvalidkeyUsageNotCriticalkeyCertSignFalseTest2
    ValidkeyUsageNotCriticalTest3 InvalidkeyUsageCriticalcRLSignFalseTest4
    InvalidkeyUsageNotCriticalcRLSignFalseTest5`,
  4.8: `AllCertificatesSamePolicyTest1 AllCertificatesNoPoliciesTest2 DifferentPoliciesTest3
    DifferentPoliciesTest4 DifferentPoliciesTest5 OverlappingPoliciesTest6 DifferentPoliciesTest7
    DifferentPoliciesTest8 DifferentPoliciesTest9 AllCertificatesSamePoliciesTest10
    AllCertificatesAnyPolicyTest11 DifferentPoliciesTest12 AllCertificatesSamePoliciesTest13
    AnyPolicyTest14 UserNoticeQualifierTest15 UserNoticeQualifierTest16 UserNoticeQualifierTest17
    UserNoticeQualifierTest18 UserNoticeQualifierTest19 CPSPointerQualifierTest20`,
  4.9: `ValidRequireExplicitPolicyTest1 ValidRequireExplicitPolicyTest2
    InvalidRequireExplicitPolicyTest3 ValidRequireExplicitPolicyTest4
    InvalidRequireExplicitPolicyTest5 ValidSelfIssuedrequireExplicitPolicyTest6
    InvalidSelfIssuedrequireExplicitPolicyTest7 InvalidSelfIssuedrequireExplicitPolicyTest8`,
  '4.10': `ValidPolicyMappingTest1 InvalidPolicyMappingTest2 ValidPolicyMappingTest3
    InvalidPolicyMappingTest4 ValidPolicyMappingTest5 ValidPolicyMappingTest6
    InvalidMappingFromanyPolicyTest7 InvalidMappingToanyPolicyTest8 ValidPolicyMappingTest9
    InvalidPolicyMappingTest10 ValidPolicyMappingTest11 ValidPolicyMappingTest12
    ValidPolicyMappingTest13 ValidPolicyMappingTest14`,
  4.11: `InvalidinhibitPolicyMappingTest1 ValidinhibitPolicyMappingTest2
    InvalidinhibitPolicyMappingTest3 ValidinhibitPolicyMappingTest4
    InvalidinhibitPolicyMappingTest5 InvalidinhibitPolicyMappingTest6
    ValidSelfIssuedinhibitPolicyMappingTest7 InvalidSelfIssuedinhibitPolicyMappingTest8
    InvalidSelfIssuedinhibitPolicyMappingTest9 InvalidSelfIssuedinhibitPolicyMappingTest10
    InvalidSelfIssuedinhibitPolicyMappingTest11`,
  4.12: `InvalidinhibitAnyPolicyTest1 ValidinhibitAnyPolicyTest2 inhibitAnyPolicyTest3
    InvalidinhibitAnyPolicyTest4 InvalidinhibitAnyPolicyTest5 InvalidinhibitAnyPolicyTest6
    ValidSelfIssuedinhibitAnyPolicyTest7 InvalidSelfIssuedinhibitAnyPolicyTest8
    ValidSelfIssuedinhibitAnyPolicyTest9 InvalidSelfIssuedinhibitAnyPolicyTest10`,
  4.13: `ValidDNnameConstraintsTest1 InvalidDNnameConstraintsTest2 InvalidDNnameConstraintsTest3
    ValidDNnameConstraintsTest4 ValidDNnameConstraintsTest5 ValidDNnameConstraintsTest6
    InvalidDNnameConstraintsTest7 InvalidDNnameConstraintsTest8 InvalidDNnameConstraintsTest9
    InvalidDNnameConstraintsTest10 ValidDNnameConstraintsTest11 InvalidDNnameConstraintsTest12
    InvalidDNnameConstraintsTest13 ValidDNnameConstraintsTest14 InvalidDNnameConstraintsTest15
    InvalidDNnameConstraintsTest16 InvalidDNnameConstraintsTest17 ValidDNnameConstraintsTest18
    ValidSelfIssuedDNnameConstraintsTest19 InvalidSelfIssuedDNnameConstraintsTest20
    ValidRFC822nameConstraintsTest21 InvalidRFC822nameConstraintsTest22
    ValidRFC822nameConstraintsTest23 InvalidRFC822nameConstraintsTest24
    ValidRFC822nameConstraintsTest25 InvalidRFC822nameConstraintsTest26
    ValidDNandRFC822nameConstraintsTest27 InvalidDNandRFC822nameConstraintsTest28
    InvalidDNandRFC822nameConstraintsTest29 ValidDNSnameConstraintsTest30
    InvalidDNSnameConstraintsTest31 ValidDNSnameConstraintsTest32 InvalidDNSnameConstraintsTest33
    ValidURInameConstraintsTest34 InvalidURInameConstraintsTest35 ValidURInameConstraintsTest36
    InvalidURInameConstraintsTest37 InvalidDNSnameConstraintsTest38`,
  4.14: `ValiddistributionPointTest1 InvaliddistributionPointTest2 InvaliddistributionPointTest3
    ValiddistributionPointTest4 ValiddistributionPointTest5 InvaliddistributionPointTest6
    ValiddistributionPointTest7 InvaliddistributionPointTest8 InvaliddistributionPointTest9
    ValidNoissuingDistributionPointTest10 InvalidonlyContainsUserCertsCRLTest11
    InvalidonlyContainsCACertsCRLTest12 ValidonlyContainsCACertsCRLTest13
    InvalidonlyContainsAttributeCertsTest14 InvalidonlySomeReasonsTest15
    InvalidonlySomeReasonsTest16 InvalidonlySomeReasonsTest17 ValidonlySomeReasonsTest18
    ValidonlySomeReasonsTest19 InvalidonlySomeReasonsTest20 InvalidonlySomeReasonsTest21
    ValidIDPwithindirectCRLTest22 InvalidIDPwithindirectCRLTest23 ValidIDPwithindirectCRLTest24
    ValidIDPwithindirectCRLTest25 InvalidIDPwithindirectCRLTest26 InvalidcRLIssuerTest27
    ValidcRLIssuerTest28 ValidcRLIssuerTest29 ValidcRLIssuerTest30 InvalidcRLIssuerTest31
    InvalidcRLIssuerTest32 ValidcRLIssuerTest33 InvalidcRLIssuerTest34 InvalidcRLIssuerTest35`,
  4.15: `InvaliddeltaCRLIndicatorNoBaseTest1 ValiddeltaCRLTest2 InvaliddeltaCRLTest3
    InvaliddeltaCRLTest4 ValiddeltaCRLTest5 InvaliddeltaCRLTest6 ValiddeltaCRLTest7
    ValiddeltaCRLTest8 InvaliddeltaCRLTest9 InvaliddeltaCRLTest10`,
  4.16: `ValidUnknownNotCriticalCertificateExtensionTest1
    InvalidUnknownCriticalCertificateExtensionTest2`,
}

/** Where a case is run with several initial settings: P1 to P6 are NIST's test policies. */
const settings = {
  '4.4.1': [['refused']],
  '4.8.1': [
    ['valid', 'explicit'],
    ['valid', 'explicit P1'],
    ['refused', 'explicit P2'],
    ['valid', 'explicit P1 P2'],
  ],
  '4.8.2': [['valid'], ['refused', 'explicit']],
  '4.8.3': [['valid'], ['refused', 'explicit'], ['refused', 'explicit P1 P2']],
  '4.8.4': [['refused']],
  '4.8.5': [['refused']],
  '4.8.6': [['valid'], ['valid', 'P1'], ['refused', 'P2']],
  '4.8.7': [['refused']],
  '4.8.8': [['refused']],
  '4.8.9': [['refused']],
  '4.8.10': [['valid'], ['valid', 'P1'], ['valid', 'P2']],
  '4.8.11': [['valid'], ['valid', 'P1']],
  '4.8.12': [['refused']],
  '4.8.13': [
    ['valid', 'P1'],
    ['valid', 'P2'],
    ['valid', 'P3'],
  ],
  '4.8.14': [
    ['valid', 'P1'],
    ['refused', 'P2'],
  ],
  '4.8.15': [['valid']],
  '4.8.16': [['valid']],
  '4.8.17': [['valid']],
  '4.8.18': [
    ['valid', 'P1'],
    ['valid', 'P2'],
  ],
  '4.8.19': [['valid']],
  '4.8.20': [['valid', 'explicit']],
  '4.10.1': [
    ['valid', 'P1'],
    ['refused', 'P2'],
    ['refused', 'inhibitMapping'],
  ],
  '4.10.2': [['refused'], ['refused', 'inhibitMapping']],
  '4.10.3': [
    ['refused', 'P1'],
    ['valid', 'P2'],
  ],
  '4.10.5': [
    ['valid', 'P1'],
    ['refused', 'P6'],
  ],
  '4.10.6': [
    ['valid', 'P1'],
    ['refused', 'P6'],
  ],
  '4.10.12': [
    ['valid', 'P1'],
    ['valid', 'P2'],
  ],
  '4.12.3': [['valid'], ['refused', 'inhibitAny']],
}

function optionsOf(words) {
  const list = words.split(' ')
  const policies = list
    .filter((word) => /^P\d$/.test(word))
    .map((word) => `2.16.840.1.101.3.2.1.48.${word[1]}`)
  return {
    ...(policies.length > 0 && { policies }),
    ...(list.includes('explicit') && { requireExplicitPolicy: true }),
    ...(list.includes('inhibitMapping') && { inhibitPolicyMapping: true }),
    ...(list.includes('inhibitAny') && { inhibitAnyPolicy: true }),
  }
}

/** The elements of a DER value: [tag, content, whole]. */
function* elements(der) {
  for (let at = 0; at < der.length;) {
    let length = der[at + 1]
    let start = at + 2
    if (length >= 0x80) {
      const octets = length & 0x7f
      length = der.readUIntBE(start, octets)
      start += octets
    }
    yield [der[at], der.subarray(start, start + length), der.subarray(at, start + length)]
    at = start + length
  }
}

/** The issuer and the serial number of a certificate, as a signer is told by. */
function identityOf(certificate) {
  const [[, content]] = elements(certificate)
  const [[, tbs]] = elements(content)
  const parts = [...elements(tbs)].filter(([tag]) => tag !== 0xa0)
  return Buffer.concat([parts[2][2], parts[0][2]]) // after serial number, algorithm, issuer
}

/**
 * What a signed message carries (RFC 5652 §5.1): the signer's certificate, the others and the lists.
 */
function contentsOf(message) {
  const base64 = message.slice(message.indexOf('filename="smime.p7s"')).split(/\r?\n\r?\n/)[1]
  const [[, contentInfo]] = elements(Buffer.from(base64, 'base64'))
  const [, [, explicit]] = elements(contentInfo)
  const [[, signedData]] = elements(explicit)
  const parts = new Map([...elements(signedData)].map(([tag, content]) => [tag, content]))
  const wholes = (tag) =>
    [...elements(parts.get(tag) ?? Buffer.alloc(0))].map(([, , whole]) => whole)
  const [[, signer]] = elements(parts.get(0x31)) // the second SET: signerInfos
  const [, [, identity]] = elements(signer)
  const certificates = wholes(0xa0)
  const leaf = certificates.find((one) => identityOf(one).equals(identity))
  return { leaf, certificates: certificates.filter((one) => one !== leaf), crls: wholes(0xa1) }
}

const base64 = (bytes) => bytes.toString('base64')
const file = (kind, name) => base64(fs.readFileSync(`${folder}/${kind}/${name}`))

/** All of the suite's certificates and lists, base64. */
export const everything = () => ({
  certificates: fs.readdirSync(`${folder}/certs`).map((name) => file('certs', name)),
  crls: fs.readdirSync(`${folder}/crls`).map((name) => file('crls', name)),
})

/**
 * Every case with every setting, as requests of the harness: { id, name, expected, request }.
 * `expected` is "valid" or "refused".
 */
export function pkits() {
  const root = file('certs', 'TrustAnchorRootCertificate.crt')
  return Object.entries(sections).flatMap(([section, names]) =>
    names.split(/\s+/).flatMap((name, i) => {
      const number = `${section}.${i + 1}`
      const message = fs.readFileSync(`${folder}/smime/Signed${name}.eml`, 'latin1')
      const { leaf, certificates, crls } = contentsOf(message)
      const usual = [[name.startsWith('Valid') ? 'valid' : 'refused']]
      return (settings[number] ?? usual).map(([expected, words = ''], j) => {
        const id = settings[number]?.length > 1 ? `${number}.${j + 1}` : number
        const request = {
          id,
          leaf: base64(leaf),
          intermediates: certificates.map(base64),
          roots: [root],
          crls: crls.map(base64),
          time: '2015-06-01T12:00:00Z',
          purpose: 'any',
          requireRevocation: true,
          ...optionsOf(words),
        }
        return { id, name, expected, request }
      })
    }),
  )
}
