/** Every text of the page, in German: the same members as en.js. */

export const texts = {
  promise: 'Auf diesem Gerät gemacht. Nichts wird gesendet.',

  flows: {
    label: 'Was Sie tun möchten',
    certificate: { link: 'Zertifikat', page: 'certmint' },
    authority: { link: 'CA', page: 'CA · certmint' },
    request: { link: 'Antrag', page: 'Antrag · certmint' },
    verify: { link: 'Prüfen', page: 'Prüfen · certmint' },
  },

  title: 'Ein Zertifikat für Ihren Server, gleich hier',
  lead: 'Geben Sie einen Namen ein und drücken Sie „Erstellen“. Schlüssel und Zertifikat entstehen in diesem Browser.',

  names: {
    label: 'Hostname',
    hint: 'Mehrere? Mit Leerzeichen trennen: Namen, *.Wildcards, IP- oder E-Mail-Adressen, URIs.',
    missing: 'mindestens ein Name wird gebraucht, etwa localhost oder 192.0.2.7',
  },

  signer: {
    label: 'Unterschrieben von',
    self: { title: 'Sich selbst', note: 'Für Tests, Werkzeuge und Pinning.' },
    authority: {
      title: 'Eigener CA',
      note: 'Für Browser: der CA einmal vertrauen.',
    },
  },

  options: {
    label: 'Optionen',
    now: (parts) => parts.join(' · '),
    days: (count) => (count === '1' ? '1 Tag' : `${count} Tage`),
    dates: 'eigene Daten',
  },
  key: {
    label: 'Schlüssel',
    ec: 'Elliptische Kurve: klein und schnell',
    rsa: 'RSA: überall bekannt, langsamer',
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
    label: 'Schlüsseldatei',
    pkcs8: 'PKCS#8',
    traditional: 'Traditionell: PKCS#1, SEC1',
  },
  profile: {
    label: 'Wofür',
    server: 'Einen Server',
    client: 'Einen Client',
    peer: 'Server und Client',
    email: 'E-Mail (S/MIME)',
    'code-signing': 'Code signieren',
    webtransport: 'WebTransport, 13 Tage',
  },
  hash: { label: 'Hash', automatic: 'Passend zum Schlüssel' },
  validity: { label: 'Gültig', days: 'Einige Tage', dates: 'Zwischen zwei Daten' },
  days: { label: 'Tage ab jetzt' },
  notBefore: { label: 'Ab (Ihre Zeit)' },
  notAfter: { label: 'Bis (Ihre Zeit)' },
  incompleteDate: 'ist kein ganzes Datum mit Uhrzeit',
  subject: {
    label: 'Inhaber (Subject)',
    hint: 'Für wen es ist. Clients prüfen den Hostnamen oben, nicht dies.',
    C: 'Land, zwei Buchstaben (C)',
    ST: 'Bundesland oder Provinz (ST)',
    L: 'Ort (L)',
    O: 'Organisation (O)',
    OU: 'Abteilung (OU)',
    CN: 'Common Name (CN)',
    defaultCN: 'der erste Name',
  },

  create: 'Erstellen',
  cancel: 'Abbrechen',
  working: {
    title: 'Suche nach Primzahlen',
    second: 'Suche nach Primzahlen: der zweite Schlüssel',
    start: 'Es wird gemessen, wie schnell dieses Gerät ist.',
    note: (elapsed, typical) =>
      `Bisher ${elapsed}. Ein Schlüssel dauert hier im Mittel ${typical}, manchmal durch Zufall dreimal so lang.`,
    seconds: (count) =>
      count < 10
        ? `${count.toFixed(1).replace('.', ',')} s`
        : count < 120
          ? `${Math.round(count)} s`
          : `${Math.round(count / 60)} min`,
    cancelled: 'Abgebrochen. Es läuft nichts mehr.',
  },
  failure: {
    load: 'certmint konnte nicht geladen werden. Laden Sie die Seite neu, oder nehmen Sie einen anderen Browser.',
  },

  empty: {
    title: 'Hier erscheint Ihr Zertifikat',
    private: 'Der private Schlüssel verlässt dieses Gerät nie.',
    offline: 'Braucht kein Netz, sobald die Seite offen ist.',
    strong: 'Gut für heutige Browser: SHA-256, Namen da, wo sie hingehören.',
  },

  made: {
    title: 'Zertifikat',
    more: (count) => (count === 1 ? 'und ein weiterer Name' : `und ${count} weitere Namen`),
    goodFor: (purposes) => `Für ${purposes}`,
    goodUntil: (date) => `bis ${date}`,
    details: 'Im Einzelnen',
    from: 'Gültig ab',
    until: 'Gültig bis',
    names: 'Namen',
    subject: 'Inhaber',
    key: 'Schlüssel',
    use: 'Für',
    signed: 'Unterschrieben',
    fingerprint: 'SHA-256-Fingerabdruck',
    authorityFingerprint: 'SHA-256-Fingerabdruck von ca.pem',
    span: (days) => (days === 1 ? '1 Tag' : `${days} Tage`),
    bySelf: (signature) => `von sich selbst, ${signature}`,
    byAuthority: (issuer, signature) => `von ${issuer}, ${signature}`,
    elliptic: (curve) => `EC ${curve}`,
    rsa: (bits) => `RSA ${bits}`,
    status: (name, until) => `Zertifikat für ${name} erstellt, gültig bis ${until}.`,
    purposes: {
      serverAuth: 'Server',
      clientAuth: 'Clients',
      emailProtection: 'E-Mail',
      codeSigning: 'das Signieren von Code',
    },
    anything: 'alles',
    untrusted: {
      self: 'Niemand vertraut ihm, bis Sie certificate.pem den Clients geben, die es annehmen sollen. Browser warnen weiterhin; für sie ist „Eigener CA“ da.',
      authority:
        'Niemand vertraut ihm, bevor er ca.pem vertraut. Ist das einmal getan, wird alles angenommen, was diese CA unterschreibt.',
    },
    notYet: (date) => `Clients lehnen es vor dem ${date} ab.`,
    expired: (date) => `Clients lehnen es ab: Es endete am ${date}.`,
    longForApple: 'Apples Systeme lehnen Serverzertifikate ab, die länger als 825 Tage gelten.',
    p521: 'Browser nehmen keine P-521-Schlüssel.',
  },

  files: {
    title: 'Dateien',
    download: 'Herunterladen',
    copy: 'Kopieren',
    copied: 'Kopiert',
    show: 'Zeigen',
    hide: 'Verbergen',
    copiedStatus: (name) => `${name} kopiert.`,
    notCopied:
      'Der Browser hat das Kopieren nicht erlaubt. Lassen Sie sich den Text zeigen und kopieren Sie ihn von Hand.',
    notes: {
      'certificate.pem': 'Darf jeder sehen.',
      'private_key.pem': 'Geheim: nur für den Server.',
      'ca.pem': 'Die CA: Ihr vertrauen die Clients.',
      'ca-key.pem': 'Geheim: nur um mehr zu unterschreiben. Mit der Seite ist er fort.',
      'request.csr': 'Für die CA, die unterschreibt.',
      'crl.pem': 'Für Clients und Server: was gesperrt ist.',
    },
  },

  use: {
    title: 'Benutzen',
    trust: 'Vertrauen',
  },
  again: {
    title: 'Dasselbe im Terminal',
  },

  authority: {
    title: 'Ihre eigene CA',
    lead: 'Clients vertrauen ihr einmal und nehmen dann jedes Zertifikat an, das sie unterschreibt. Ihre Schlüssel bleiben in diesem Tab, bis Sie sie sichern.',
    name: { label: 'Ihr Name', placeholder: 'Meine Test-CA' },
    permitted: {
      label: 'Darf nur unterschreiben für',
      hint: 'Namen mit allen darunter, oder IP-Bereiche: example.test 10.0.0.0/8. Anderes von ihr lehnen Clients ab; ein gestohlener Schlüssel schadet dann wenig. Leer: jeder Name.',
    },
    pathLen: {
      label: 'CAs unter ihr',
      none: 'Keine',
      one: 'Eine Ebene',
      two: 'Zwei Ebenen',
    },
    create: 'CA erstellen',
    open: {
      title: 'Eine vorhandene öffnen',
      file: 'Zertifikat und Schlüssel, als PEM',
      hint: 'Eine hier gesicherte Datei, oder ca.pem und ca-key.pem eines anderen Programms; wählen Sie beide.',
      passphrase: 'Passphrase, falls es eine gibt',
      button: 'Öffnen',
      missing: 'wählen Sie zuerst eine Datei',
      kept: 'In diesem Browser aufbewahrt',
      keptButton: (name) => `${name} öffnen`,
      forget: 'Vergessen',
      forgetAsk: (name) =>
        `${name} aus diesem Browser entfernen? Das lässt sich nicht rückgängig machen.`,
    },
    signer: 'Unterschrieben von',
    tasks: 'Was sie tut',
    leaf: { tab: 'Zertifikat', button: 'Zertifikat unterschreiben' },
    under: { tab: 'CA', button: 'CA unter ihr erstellen', label: 'Ihr Name' },
    request: {
      tab: 'Antrag',
      button: 'Antrag unterschreiben',
      csr: 'Der Antrag (CSR) eines anderen, als PEM',
      hint: 'Namen und Inhaber kommen aus dem Antrag; wofür das Zertifikat gilt, bestimmen Sie hier.',
    },
    list: {
      tab: 'Gesperrt',
      button: 'Sperrliste erstellen',
      days: 'Gültig für Tage',
      hint: 'Zum Sperren wählen Sie ein Zertifikat im Baum. Die Liste sagt es den Clients; erneuern Sie sie, bevor sie endet.',
    },
    keep: {
      tab: 'Sichern',
      button: 'Als Datei sichern',
      keepButton: 'In diesem Browser aufbewahren',
      hint: 'Alles in einer Textdatei, die auch openssl liest; die Schlüssel sind mit der Passphrase verschlüsselt.',
      passphrase: 'Passphrase',
      name: 'Name in diesem Browser',
      kept: (name) => `Aufbewahrt als ${name}. Nur die Passphrase öffnet es.`,
      working: 'Die Schlüssel werden verschlüsselt.',
      saved: 'Gesichert.',
      needed: 'wird gebraucht: Die Schlüssel werden verschlüsselt gesichert',
      unavailable: 'Dieser Browser erlaubt es nicht, hier etwas aufzubewahren.',
    },
    tree: 'Der Baum',
    kinds: { root: 'Wurzel', intermediate: 'CA', leaf: 'Zertifikat' },
    locked: 'ohne ihren Schlüssel',
    unsaved:
      'Nicht gesichert: Wenn Sie die Seite schließen oder in ihr weitergehen, sind die Schlüssel fort.',
    node: (kind, until) => `${kind}, bis ${until}`,
    revoked: 'gesperrt',
    revokedOn: (date) => `Gesperrt am ${date}`,
    revoke: { title: 'Sperren', label: 'Warum', button: 'Sperren' },
    reasons: {
      unspecified: 'Ohne Angabe',
      keyCompromise: 'Der Schlüssel ist in falschen Händen',
      cACompromise: 'Der Schlüssel der CA ist in falschen Händen',
      affiliationChanged: 'Der Inhaber hat gewechselt',
      superseded: 'Ein anderes tritt an seine Stelle',
      cessationOfOperation: 'Es wird nicht mehr gebraucht',
    },
    kit: {
      button: 'trust-kit.zip herunterladen',
      note: 'Für andere: das Zertifikat in jeder Form, .mobileconfig für iPhone und Mac, policies.json für Firefox, ein Trust Store für Java, Befehle für jedes System und eine Seite, die alles erklärt (englisch).',
    },
    close: 'Diese CA schließen',
    made: (name) => `${name} ist erstellt.`,
    empty: {
      title: 'Hier erscheint Ihre CA',
      points: [
        'Wurzel, CAs darunter und was sie unterschrieben haben: als Baum.',
        'Auf Ihre Namen beschränkt, kann man ihr ruhig vertrauen.',
        'Gesichert nur, wenn Sie es sagen, und nur verschlüsselt.',
      ],
    },
  },

  request: {
    title: 'Ein Zertifikatsantrag',
    lead: 'Für eine CA anderswo: Sie bekommt den Antrag, der Schlüssel bleibt bei Ihnen.',
    create: 'Antrag erstellen',
    missing: 'mindestens ein Name oder ein Common Name wird gebraucht',
    made: 'Antrag',
    next: 'Senden Sie request.csr an die CA. Behalten Sie private_key.pem: Nur mit ihm ist das Zertifikat zu gebrauchen, das zurückkommt.',
    status: (name) => `Antrag für ${name} erstellt.`,
    sign: 'Sie haben einen zu unterschreiben? Öffnen Sie die CA, die das tut.',
    signLink: 'CA',
    empty: {
      title: 'Hier erscheint Ihr Antrag',
      points: [
        'Die CA sieht den privaten Schlüssel nie.',
        'Die Namen stehen da, wo CAs sie suchen.',
        'Mit dem eigenen Schlüssel unterschrieben, wie der Standard es will (PKCS#10).',
      ],
    },
  },

  verify: {
    title: 'Warum wird es abgelehnt?',
    lead: 'Ein Zertifikat und die darüber, in beliebiger Folge: Der Pfad zur Wurzel wird gezeichnet, und wo er bricht, steht es.',
    text: {
      label: 'Zertifikate, als PEM',
      hint: 'Alles zusammen: Zertifikat, Zwischenzertifikate, Wurzeln, Sperrlisten. Oder Dateien hier ablegen.',
    },
    files: 'Oder Dateien: PEM, DER, .p7b',
    name: {
      label: 'Muss gelten für',
      hint: 'Hostname, IP- oder E-Mail-Adresse. Leer: egal.',
    },
    purpose: 'Benutzt für',
    purposes: {
      any: 'Alles',
      server: 'Einen Server',
      client: 'Einen Client',
      email: 'E-Mail',
      'code-signing': 'Code signieren',
    },
    time: 'Wann (Ihre Zeit; leer: jetzt)',
    roots: {
      label: 'Vertraute Wurzeln, als PEM',
      hint: 'Leer: Den selbstsignierten oben wird vertraut.',
    },
    requireRevocation: 'Ablehnen, was keine Sperrliste abdeckt',
    create: 'Prüfen',
    missing: 'fügen Sie ein Zertifikat ein, oder wählen Sie eine Datei',
    accepted: 'Angenommen',
    refused: 'Abgelehnt',
    good: 'Der Pfad ist in Ordnung',
    bad: 'Der Pfad wird abgelehnt.',
    codes: {
      malformed: 'Es verletzt die Regeln seiner Kodierung',
      unsupported: 'Es benutzt ein Verfahren, das hier nicht bekannt ist',
      'critical-extension': 'Eine kritische Erweiterung wird nicht verstanden',
      weak: 'Signatur oder Schlüssel sind zu schwach',
      'not-yet-valid': 'Es gilt noch nicht',
      expired: 'Es ist abgelaufen',
      'no-issuer': 'Sein Aussteller fehlt',
      untrusted: 'Es führt zu keiner Wurzel, der vertraut wird',
      signature: 'Eine Signatur passt nicht',
      'not-ca': 'Ein Aussteller ist keine CA',
      'key-usage': 'Der Schlüssel eines Ausstellers darf keine Zertifikate unterschreiben',
      purpose: 'Es ist für diese Benutzung nicht gedacht',
      'path-length': 'Es sind mehr CAs, als eine von ihnen erlaubt',
      'max-depth': 'Der Pfad ist zu lang',
      'name-constraints': 'Eine CA darf für diesen Namen nicht unterschreiben',
      'name-mismatch': 'Es ist für einen anderen Namen',
      policy: 'Keine annehmbare Richtlinie gilt',
      revoked: 'Es ist gesperrt',
      'revocation-unknown': 'Keine Sperrliste deckt es ab',
      'work-limit': 'Es gibt zu viele mögliche Pfade',
    },
    path: 'Der Pfad',
    trusted: 'vertraut',
    absent: 'nicht unter dem Gegebenen',
    notes: 'Zu wissen',
    unused: (count) =>
      count === 1
        ? 'Ein Zertifikat liegt nicht auf dem Pfad.'
        : `${count} Zertifikate liegen nicht auf dem Pfad.`,
    skipped: (detail) => `Ausgelassen: ${detail}`,
    ownRoots: 'Wurzeln wurden nicht angegeben: Den selbstsignierten Zertifikaten wird vertraut.',
    anyName: 'Nach keinem Namen war gefragt: Clients prüfen auch, ob es für ihren Host gilt.',
    revocation: {
      unchecked: (lists) =>
        lists > 0
          ? 'Die Sperrlisten wurden nicht gebraucht.'
          : 'Ohne Sperrliste wurde nichts nachgesehen.',
      good: () => 'Die Sperrlisten decken ihn ab: Nichts auf dem Pfad ist gesperrt.',
      unknown: () => 'Die Sperrlisten decken nicht alles auf dem Pfad ab.',
    },
    empty: {
      title: 'Hier erscheint der Pfad',
      points: [
        'Nach RFC 5280, bis zu Namensbeschränkungen und Richtlinien.',
        'Die erste verletzte Regel in Worten, bei dem Zertifikat, das sie verletzt.',
        'Geholt wird nichts: Was fehlt, wird gesagt.',
      ],
    },
  },

  bundle: {
    title: 'In einer Datei',
    passphrase: 'Passphrase für die .p12-Datei',
    legacy: 'Für altes macOS, Java 8 und Windows vor 2019',
    p12: 'certificate.p12 herunterladen',
    zip: 'Alles als .zip herunterladen',
  },

  proof: {
    label: 'Wird nichts gesendet? Sehen Sie selbst',
    network:
      'Öffnen Sie die Entwicklerwerkzeuge Ihres Browsers, wählen Sie „Netzwerk“ und drücken Sie „Erstellen“: Die Liste bleibt leer. Oder schalten Sie vorher das Netz ab; die Seite arbeitet weiter.',
    policy:
      'Die Content-Security-Policy der Seite erlaubt ihr, ihre eigenen Dateien zu laden, und verbietet ihr alles andere.',
    version: 'Version',
    wasm: 'SHA-256 von certmint.wasm',
    measured: (hash) => `${hash} (in diesem Browser gemessen)`,
    built: (hash) => `${hash} (wie gebaut; dieser Browser misst nur über https oder auf localhost)`,
    different: (hash, built) => `${hash}; gebaut wurde aber ${built}`,
  },
  update: { ready: 'Eine neuere Version ist da.', use: 'Benutzen' },
  language: { label: 'Sprache' },
}
