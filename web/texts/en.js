/** Every text of the page, in English. A function where something is put in. */

export const texts = {
  promise: 'Made on this device. Nothing is sent.',

  flows: {
    label: 'What to do',
    certificate: { link: 'Certificate', page: 'certmint' },
    authority: { link: 'Authority', page: 'Authority · certmint' },
    request: { link: 'Request', page: 'Request · certmint' },
    verify: { link: 'Verify', page: 'Verify · certmint' },
  },

  title: 'A certificate for your host, right here',
  lead: 'Type a name and press Create. Key and certificate are made in this browser.',

  names: {
    label: 'Host name',
    hint: 'Several? Put spaces between: names, *.wildcards, IP or e-mail addresses, URIs.',
    missing: 'give at least one name, like localhost or 192.0.2.7',
  },

  signer: {
    label: 'Signed by',
    self: { title: 'Itself', note: 'For tests, tools and pinning.' },
    authority: {
      title: 'Its own authority',
      note: 'For browsers: trust the authority once.',
    },
  },

  options: {
    label: 'Options',
    now: (parts) => parts.join(' · '),
    days: (count) => (count === '1' ? '1 day' : `${count} days`),
    dates: 'own dates',
  },
  key: {
    label: 'Key',
    ec: 'Elliptic curve: small and fast',
    rsa: 'RSA: known to everything, slower',
    names: {
      'p-256': 'P-256',
      'p-384': 'P-384',
      'p-521': 'P-521',
      'rsa-2048': 'RSA 2048',
      'rsa-3072': 'RSA 3072',
      'rsa-4096': 'RSA 4096',
    },
  },
  keyFormat: {
    label: 'Key file',
    pkcs8: 'PKCS#8',
    traditional: 'Traditional: PKCS#1, SEC1',
  },
  profile: {
    label: 'For',
    server: 'A server',
    client: 'A client',
    peer: 'Server and client',
    email: 'E-mail (S/MIME)',
    'code-signing': 'Signing code',
    webtransport: 'WebTransport, 13 days',
  },
  hash: { label: 'Hash', automatic: 'As fits the key' },
  validity: { label: 'Valid', days: 'For some days', dates: 'Between dates' },
  days: { label: 'Days from now' },
  notBefore: { label: 'From (your time)' },
  notAfter: { label: 'Until (your time)' },
  incompleteDate: 'is not a whole date and time',
  subject: {
    label: 'Subject',
    hint: 'Who it is for. Clients check the host name above, not this.',
    C: 'Country, two letters (C)',
    ST: 'State or province (ST)',
    L: 'City (L)',
    O: 'Organisation (O)',
    OU: 'Unit (OU)',
    CN: 'Common name (CN)',
    defaultCN: 'the first name',
  },

  create: 'Create',
  cancel: 'Cancel',
  working: {
    title: 'Looking for prime numbers',
    second: 'Looking for prime numbers: the second key',
    start: 'Measuring how fast this machine is.',
    note: (elapsed, typical) =>
      `${elapsed} so far. A key takes ${typical} here on average; sometimes three times that, by chance.`,
    seconds: (count) =>
      count < 10
        ? `${count.toFixed(1)} s`
        : count < 120
          ? `${Math.round(count)} s`
          : `${Math.round(count / 60)} min`,
    cancelled: 'Cancelled. Nothing is running any more.',
  },
  failure: {
    load: 'The certificate maker could not be loaded. Reload the page, or try another browser.',
  },

  empty: {
    title: 'Your certificate appears here',
    private: 'The private key never leaves this machine.',
    offline: 'Works without a network once the page is open.',
    strong: 'Good for today’s browsers: SHA-256, names where they belong.',
  },

  made: {
    title: 'Certificate',
    more: (count) => (count === 1 ? 'and one more name' : `and ${count} more names`),
    goodFor: (purposes) => `For ${purposes}`,
    goodUntil: (date) => `until ${date}`,
    details: 'In detail',
    from: 'Valid from',
    until: 'Valid until',
    names: 'Names',
    subject: 'Subject',
    key: 'Key',
    use: 'For',
    signed: 'Signed',
    fingerprint: 'SHA-256 fingerprint',
    authorityFingerprint: 'SHA-256 fingerprint of ca.pem',
    span: (days) => (days === 1 ? '1 day' : `${days} days`),
    bySelf: (signature) => `by itself, ${signature}`,
    byAuthority: (issuer, signature) => `by ${issuer}, ${signature}`,
    elliptic: (curve) => `EC ${curve}`,
    rsa: (bits) => `RSA ${bits}`,
    status: (name, until) => `Certificate for ${name} made, valid until ${until}.`,
    purposes: {
      serverAuth: 'servers',
      clientAuth: 'clients',
      emailProtection: 'e-mail',
      codeSigning: 'signing code',
    },
    anything: 'anything',
    untrusted: {
      self: 'Trusted by nobody until you hand certificate.pem to the clients that should accept it. Browsers go on warning; for them choose “Its own authority”.',
      authority:
        'Trusted by nobody until they trust ca.pem. Do that once, and whatever this authority signs is accepted.',
    },
    notYet: (date) => `Clients refuse it before ${date}.`,
    expired: (date) => `Clients refuse it: it ended ${date}.`,
    longForApple: 'Apple’s systems refuse server certificates valid for more than 825 days.',
    p521: 'Browsers do not take P-521 keys.',
  },

  files: {
    title: 'Files',
    download: 'Download',
    copy: 'Copy',
    copied: 'Copied',
    show: 'Show',
    hide: 'Hide',
    copiedStatus: (name) => `${name} copied.`,
    notCopied: 'The browser did not allow copying. Show the text and copy it by hand.',
    notes: {
      'certificate.pem': 'For everyone to see.',
      'private_key.pem': 'Secret: for the server only.',
      'ca.pem': 'The authority: what clients trust.',
      'ca-key.pem': 'Secret: only to sign more. Close this page and it is gone.',
      'request.csr': 'For the authority to sign.',
      'crl.pem': 'For clients and servers: what is revoked.',
    },
  },

  use: {
    title: 'Use it',
    trust: 'Trust it',
  },
  again: {
    title: 'The same from a terminal',
  },

  authority: {
    title: 'An authority of your own',
    lead: 'Clients trust it once; then they accept every certificate it signs. Its keys stay in this tab until you save them.',
    name: { label: 'Its name', placeholder: 'My test authority' },
    permitted: {
      label: 'May sign only for',
      hint: 'Names and all below them, or IP ranges: example.test 10.0.0.0/8. Clients refuse anything else it signs, so a stolen key does little harm. Empty: any name.',
    },
    pathLen: {
      label: 'Authorities under it',
      none: 'None',
      one: 'One level',
      two: 'Two levels',
    },
    create: 'Make the authority',
    open: {
      title: 'Open one you have',
      file: 'Certificate and key, in PEM',
      hint: 'A file saved here, or ca.pem and ca-key.pem of any program; choose both.',
      passphrase: 'Passphrase, if it has one',
      button: 'Open',
      missing: 'choose a file first',
      kept: 'Kept in this browser',
      keptButton: (name) => `Open ${name}`,
      forget: 'Forget',
      forgetAsk: (name) => `Remove ${name} from this browser? There is no way back.`,
    },
    signer: 'Signed by',
    tasks: 'What it does',
    leaf: { tab: 'Certificate', button: 'Sign a certificate' },
    under: { tab: 'Authority', button: 'Make an authority under it', label: 'Its name' },
    request: {
      tab: 'Request',
      button: 'Sign the request',
      csr: 'Somebody’s request (CSR), in PEM',
      hint: 'Names and subject are taken from it; what it may be used for you decide here.',
    },
    list: {
      tab: 'Revoked',
      button: 'Make a revocation list',
      days: 'Good for days',
      hint: 'Revoke a certificate by choosing it in the tree. The list tells clients; make a new one before it ends.',
    },
    keep: {
      tab: 'Save',
      button: 'Save as a file',
      keepButton: 'Keep in this browser',
      hint: 'Everything in one text file that openssl reads too; the keys are encrypted with the passphrase.',
      passphrase: 'Passphrase',
      name: 'Name in this browser',
      kept: (name) => `Kept as ${name}. Only the passphrase opens it.`,
      working: 'The keys are being encrypted.',
      saved: 'Saved.',
      needed: 'is needed: the keys are saved encrypted',
      unavailable: 'This browser does not allow keeping anything here.',
    },
    tree: 'The tree',
    kinds: { root: 'Root', intermediate: 'Authority', leaf: 'Certificate' },
    locked: 'without its key',
    unsaved: 'Not saved: closing the page, or going elsewhere in it, lets go of the keys.',
    node: (kind, until) => `${kind}, until ${until}`,
    revoked: 'revoked',
    revokedOn: (date) => `Revoked ${date}`,
    revoke: { title: 'Revoke it', label: 'Why', button: 'Revoke' },
    reasons: {
      unspecified: 'No reason given',
      keyCompromise: 'Its key is in wrong hands',
      cACompromise: 'The authority’s key is in wrong hands',
      affiliationChanged: 'Its owner has changed',
      superseded: 'Another one takes its place',
      cessationOfOperation: 'It is no longer used',
    },
    kit: {
      button: 'Download trust-kit.zip',
      note: 'For others: the certificate in every form, .mobileconfig for iPhone and Mac, Firefox’s policies.json, Java’s trust store, commands for each system, and a page that explains them.',
    },
    close: 'Close this authority',
    made: (name) => `${name} is made.`,
    empty: {
      title: 'Your authority appears here',
      points: [
        'Root, authorities under it, and what they signed: as a tree.',
        'Limited to your own names, it is safe to trust.',
        'Saved only if you say so, and only encrypted.',
      ],
    },
  },

  request: {
    title: 'A certificate request',
    lead: 'For an authority elsewhere: it gets the request, the key stays with you.',
    create: 'Make the request',
    missing: 'give at least one name, or a common name',
    made: 'Request',
    next: 'Send request.csr to the authority. Keep private_key.pem: the certificate it sends back works only with it.',
    status: (name) => `Request for ${name} made.`,
    sign: 'Have one to sign? Open the authority that signs it.',
    signLink: 'Authority',
    empty: {
      title: 'Your request appears here',
      points: [
        'The authority never sees the private key.',
        'Names go where authorities look for them.',
        'Signed with its own key, as the standard asks (PKCS#10).',
      ],
    },
  },

  verify: {
    title: 'Why is it refused?',
    lead: 'A certificate and those above it, in any order: the path to the root is drawn, and the broken link marked.',
    text: {
      label: 'Certificates, in PEM',
      hint: 'All in one: the certificate, intermediates, roots, revocation lists. Or drop files here.',
    },
    files: 'Or files: PEM, DER, .p7b',
    name: {
      label: 'Must be for',
      hint: 'A host name, IP or e-mail address. Empty: any.',
    },
    purpose: 'Used for',
    purposes: {
      any: 'Anything',
      server: 'A server',
      client: 'A client',
      email: 'E-mail',
      'code-signing': 'Signing code',
    },
    time: 'When (your time; empty: now)',
    roots: {
      label: 'Trusted roots, in PEM',
      hint: 'Empty: the self-signed ones above are trusted.',
    },
    requireRevocation: 'Refuse what no revocation list covers',
    create: 'Check',
    missing: 'paste a certificate, or choose a file',
    accepted: 'Accepted',
    refused: 'Refused',
    good: 'The path is sound',
    bad: 'The path is refused.',
    codes: {
      malformed: 'It breaks the rules of its encoding',
      unsupported: 'It uses an algorithm that is not known here',
      'critical-extension': 'A critical extension is not understood',
      weak: 'Its signature or key is too weak',
      'not-yet-valid': 'It is not valid yet',
      expired: 'It has expired',
      'no-issuer': 'Its issuer is missing',
      untrusted: 'It leads to no root that is trusted',
      signature: 'A signature does not fit',
      'not-ca': 'An issuer is no authority',
      'key-usage': 'An issuer’s key may not sign certificates',
      purpose: 'It is not meant for that use',
      'path-length': 'There are more authorities than one of them allows',
      'max-depth': 'The path is too long',
      'name-constraints': 'An authority may not sign for that name',
      'name-mismatch': 'It is for another name',
      policy: 'No acceptable policy holds',
      revoked: 'It has been revoked',
      'revocation-unknown': 'No revocation list covers it',
      'work-limit': 'There are too many possible paths to try',
    },
    path: 'The path',
    trusted: 'trusted',
    absent: 'not among what was given',
    notes: 'To know',
    unused: (count) =>
      count === 1
        ? 'One certificate is not on the path.'
        : `${count} certificates are not on the path.`,
    skipped: (detail) => `Left out: ${detail}`,
    ownRoots: 'No roots were given: the self-signed certificates among these are trusted.',
    anyName: 'No name was asked for: clients also check that it is for the host they call.',
    revocation: {
      unchecked: (lists) =>
        lists > 0
          ? 'The revocation lists were not needed.'
          : 'Without a revocation list nothing was looked up.',
      good: () => 'The revocation lists cover it: nothing on the path is revoked.',
      unknown: () => 'The revocation lists do not cover everything on the path.',
    },
    empty: {
      title: 'The path appears here',
      points: [
        'As RFC 5280 says, down to name constraints and policies.',
        'The first broken rule in words, at the certificate that breaks it.',
        'Nothing is fetched: what is missing is said.',
      ],
    },
  },

  bundle: {
    title: 'In one file',
    passphrase: 'Passphrase for the .p12',
    legacy: 'For old macOS, Java 8 and Windows before 2019',
    p12: 'Download certificate.p12',
    zip: 'Download all as .zip',
  },

  proof: {
    label: 'Is nothing sent? See for yourself',
    network:
      'Open your browser’s developer tools, choose “Network” and press Create: the list stays empty. Or switch the network off first; the page goes on working.',
    policy:
      'The page’s Content-Security-Policy allows it to load its own files and forbids it everything else.',
    version: 'Version',
    wasm: 'SHA-256 of certmint.wasm',
    measured: (hash) => `${hash} (measured in this browser)`,
    built: (hash) => `${hash} (as built; this browser measures only over https or localhost)`,
    different: (hash, built) => `${hash}, which is not what was built: ${built}`,
  },
  update: { ready: 'A newer version is ready.', use: 'Use it' },
  language: { label: 'Language' },
}
