/* Distinguished names and subject alternative names, through certificates. */
#include "support.h"

static cm_random *rng;
static cm_key *key;

static cm_status mint(const cm_certificate_template *t, cm_bytes *der, cm_error *err)
{
    return cm_certificate_create(t, key, NULL, rng, der, err);
}

/* Mints with this subject and returns the description. */
static cm_bytes describe_subject(cm_name name, cm_bytes *der)
{
    cm_certificate_template t = {.now = NOW, .subject = name};
    cm_bytes json = {NULL, 0};
    if (mint(&t, der, NULL) == CM_OK) {
        cm_certificate_describe(view_of(der), &json, NULL);
    }
    return json;
}

static void subject_texts(void)
{
    static const struct {
        const char *text, *printed;
    } cases[] = {
        {"C=US,ST=California,L=San Francisco,O=Example Corp,CN=example.com",
         "C=US,ST=California,L=San Francisco,O=Example Corp,CN=example.com"},
        {"/C=US/O=Example/CN=a b", "C=US,O=Example,CN=a b"},
        {"/O=a\\/b/CN=x", "O=a/b,CN=x"},
        {"CN=x/", "CN=x/"},
        {"OU=one,OU=two,DC=example,DC=com,CN=x", "OU=one,OU=two,DC=example,DC=com,CN=x"},
        {"CN=x+UID=u1", "CN=x+UID=u1"},
        {"UID=u1+CN=x", "CN=x+UID=u1"}, /* a SET is sorted */
        {"CN=Doe\\, John \\+ \\\"J\\\" \\<\\>\\;\\\\", "CN=Doe\\\\, John \\\\+ \\\\\\\"J\\\\\\\" "
                                                       "\\\\<\\\\>\\\\;\\\\\\\\"},
        {"CN=\\ lead and trail\\ ", "CN=\\\\ lead and trail\\\\ "},
        {"CN=\\#hash", "CN=\\\\#hash"},
        {"  CN = spaced  ,  O = y  ", "CN=spaced,O=y"},
        {"CN=\"quoted, with comma\"", "CN=quoted\\\\, with comma"},
        {"CN=Lu\\C4\\8Di\\C4\\87", "CN=Lu\xC4\x8Di\xC4\x87"}, /* RFC 4514 §4 */
        {"CN=\xE4\xBE\x8B\xE3\x81\x88", "CN=\xE4\xBE\x8B\xE3\x81\x88"},
        {"commonName=a,organizationName=b,emailAddress=a@b.example",
         "CN=a,O=b,emailAddress=a@b.example"},
        {"2.5.4.3=by oid", "CN=by oid"},
        /* RFC 4514 §2.4: behind a dotted type stands the encoding */
        {"1.3.6.1.4.1.99999.7=custom", "1.3.6.1.4.1.99999.7=#0c06637573746f6d"},
        {"OID.1.3.6.1.4.1.99999.7=custom", "1.3.6.1.4.1.99999.7=#0c06637573746f6d"},
        {"1.3.6.1.4.1.99999.7=#04024869", "1.3.6.1.4.1.99999.7=#04024869"}, /* RFC 4514 §4 */
        {"serialNumber=42,SN=Doe,GN=Jane,title=Dr,pseudonym=p,dnQualifier=q,street=s,CN=x",
         "serialNumber=42,SN=Doe,GN=Jane,title=Dr,pseudonym=p,dnQualifier=q,street=s,CN=x"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char expected[256] = "\"subject\":\"";
        cm_bytes der = {NULL, 0};
        cm_bytes json = describe_subject((cm_name){.text = cm_text_of(cases[i].text)}, &der);
        strcat(strcat(expected, cases[i].printed), "\",");
        ok(has(&json, expected), "%s", cases[i].text);
        cm_bytes_free(&json);
        cm_bytes_free(&der);
    }
}

/* Every type of X.520 that a name can have: by name and by OID the same; those that are no strings
 * by their encoding alone. */
static void attribute_types(void)
{
    static const struct {
        int arc; /* below 2.5.4 */
        const char *short_name, *long_name, *value;
    } types[] = {
        {2, "knowledgeInformation", NULL, "x"},
        {3, "CN", "commonName", "x"},
        {4, "SN", "surname", "x"},
        {5, "serialNumber", NULL, "7"},
        {6, "C", "countryName", "DE"},
        {7, "L", "localityName", "x"},
        {8, "ST", "stateOrProvinceName", "x"},
        {9, "street", "streetAddress", "x"},
        {10, "O", "organizationName", "x"},
        {11, "OU", "organizationalUnitName", "x"},
        {12, "title", NULL, "x"},
        {13, "description", NULL, "x"},
        {14, "searchGuide", NULL, "#3000"},
        {15, "businessCategory", NULL, "x"},
        {16, "postalAddress", NULL, "#30030c0178"},
        {17, "postalCode", NULL, "x"},
        {18, "postOfficeBox", NULL, "x"},
        {19, "physicalDeliveryOfficeName", NULL, "x"},
        {20, "telephoneNumber", NULL, "+49 1"},
        {21, "telexNumber", NULL, "#3000"},
        {22, "teletexTerminalIdentifier", NULL, "#3000"},
        {23, "facsimileTelephoneNumber", NULL, "#3000"},
        {24, "x121Address", NULL, "123"},
        {25, "internationaliSDNNumber", NULL, "123"},
        {26, "registeredAddress", NULL, "#3000"},
        {27, "destinationIndicator", NULL, "x"},
        {28, "preferredDeliveryMethod", NULL, "#3000"},
        {29, "presentationAddress", NULL, "#3000"},
        {30, "supportedApplicationContext", NULL, "#06012a"},
        {31, "member", NULL, "#3000"},
        {32, "owner", NULL, "#3000"},
        {33, "roleOccupant", NULL, "#3000"},
        {34, "seeAlso", NULL, "#3000"},
        {41, "name", NULL, "x"},
        {42, "GN", "givenName", "x"},
        {43, "initials", NULL, "x"},
        {44, "generationQualifier", NULL, "x"},
        {45, "x500UniqueIdentifier", NULL, "#03020780"},
        {46, "dnQualifier", NULL, "x"},
        {47, "enhancedSearchGuide", NULL, "#3000"},
        {48, "protocolInformation", NULL, "#3000"},
        {49, "distinguishedName", NULL, "#3000"},
        {50, "uniqueMember", NULL, "#3000"},
        {51, "houseIdentifier", NULL, "x"},
        {54, "dmdName", NULL, "x"},
        {65, "pseudonym", NULL, "x"},
        {72, "role", NULL, "x"},
        {83, "uri", NULL, "x"},
        {86, "urn", NULL, "x"},
        {87, "url", NULL, "x"},
        {97, "organizationIdentifier", NULL, "x"},
        {98, "c3", "countryCode3c", "DEU"},
        {99, "n3", "countryCode3n", "276"},
        {100, "dnsName", NULL, "x"},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        char names[3][40], text[200], printed[300];
        snprintf(names[0], sizeof names[0], "2.5.4.%d", types[i].arc);
        snprintf(names[1], sizeof names[1], "%s", types[i].short_name);
        snprintf(names[2], sizeof names[2], "%s",
                 types[i].long_name != NULL ? types[i].long_name : types[i].short_name);
        const char *sign = types[i].value[0] == '+' ? "\\\\" : "";
        snprintf(printed, sizeof printed, "\"subject\":\"%s=%s%s\",", names[1], sign,
                 types[i].value);
        for (size_t n = 0; n < 3; n++) {
            snprintf(text, sizeof text, "%s=%s%s", names[n], sign[0] != '\0' ? "\\" : "",
                     types[i].value);
            cm_bytes der = {NULL, 0};
            cm_bytes json = describe_subject((cm_name){.text = cm_text_of(text)}, &der);
            ok(has(&json, printed), "%s", text);
            cm_bytes_free(&json);
            cm_bytes_free(&der);
        }
        if (types[i].value[0] == '#') {
            cm_bytes der = {NULL, 0};
            cm_certificate_template t = {.now = NOW};
            snprintf(text, sizeof text, "%s=x", names[1]);
            t.subject.text = cm_text_of(text);
            REFUSED(mint(&t, &der, err), der.data, CM_ERR_INVALID, "subject");
        }
    }
}

static void string_types(void)
{
    cm_bytes der = {NULL, 0};
    cm_bytes json = describe_subject(
        (cm_name){.text = CM_TEXT("C=DE,DC=example,emailAddress=a@b.c,CN=x,serialNumber=7")}, &der);
    ok(contains(&der,
                "\x55\x04\x06\x13\x02"
                "DE",
                7),
       "country is a PrintableString");
    ok(contains(&der,
                "\x01\x19\x16\x07"
                "example",
                11),
       "domainComponent is an IA5String");
    ok(contains(&der,
                "\x09\x01\x16\x05"
                "a@b.c",
                9),
       "emailAddress is an IA5String");
    ok(contains(&der, "\x55\x04\x03\x0c\x01x", 6), "commonName is a UTF8String");
    ok(contains(&der,
                "\x55\x04\x05\x13\x01"
                "7",
                6),
       "serialNumber is a PrintableString");
    cm_bytes_free(&json);
    cm_bytes_free(&der);
}

static void attribute_lists(void)
{
    static const cm_attribute attributes[] = {
        {CM_TEXT("O"), CM_TEXT("with, comma"), false},
        {CM_TEXT("CN"), CM_TEXT(" spaces "), false},
        {CM_TEXT("UID"), CM_TEXT("joined"), true},
    };
    cm_bytes der = {NULL, 0};
    cm_bytes json =
        describe_subject((cm_name){.attributes = attributes, .attribute_count = 3}, &der);
    ok(has(&json, "\"subject\":\"O=with\\\\, comma,CN=\\\\ spaces\\\\ +UID=joined\""),
       "attributes are taken as they are");
    cm_bytes_free(&json);
    cm_bytes_free(&der);
}

static void refused_subjects(void)
{
    static const char *const texts[] = {
        "foo",
        "CN",
        "=x",
        "CN=",
        "CN=x,",
        "CN=x,,O=y",
        "C=USA,CN=x",
        "C=U,CN=x",
        "C=12,CN=x",
        "XX=y,CN=x",
        "CN=x+",
        "CN=\\",
        "CN=\"open",
        "CN=a\"b",
        "CN=a<b",
        "CN=#zz",
        "CN=#0401",
        "emailAddress=\xC3\xA9@x.de,CN=x",
        "DC=\xC3\xA9,CN=x",
        "CN=\xff\xfe",
        "CN=\xC0\x80",
        "3.1.2=x",
        "1=x",
        "1.40.1=x",
        "2.5.4.=x",
        "serialNumber=a*b,CN=x",
        "CN=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        cm_bytes der = {NULL, 0};
        cm_certificate_template t = {.now = NOW, .subject = {.text = cm_text_of(texts[i])}};
        REFUSED(mint(&t, &der, err), der.data, CM_ERR_INVALID, "subject");
    }
    static const char nul[] = "CN=a\0b";
    cm_bytes der = {NULL, 0};
    cm_certificate_template t = {.now = NOW, .subject = {.text = {nul, sizeof nul - 1}}};
    REFUSED(mint(&t, &der, err), der.data, CM_ERR_INVALID, "subject");
    cm_attribute bad[] = {{CM_TEXT("CN"), CM_TEXT("x"), false},
                          {CM_TEXT("C"), CM_TEXT("USA"), false}};
    t.subject = (cm_name){.attributes = bad, .attribute_count = 2};
    REFUSED(mint(&t, &der, err), der.data, CM_ERR_INVALID, "subject[1]");
}

static void limits_count_characters(void)
{
    /* 64 characters of two bytes each fit a CN: RFC 5280 counts characters */
    char text[3 + 2 * 65 + 1] = "CN=";
    for (size_t i = 0; i < 64; i++) {
        strcat(text, "\xC3\xA9");
    }
    cm_bytes der = {NULL, 0};
    cm_certificate_template t = {.now = NOW, .subject = {.text = cm_text_of(text)}};
    ok(mint(&t, &der, NULL) == CM_OK, "64 characters of two bytes fit a CN");
    cm_bytes_free(&der);
    t.subject.text = cm_text_of(strcat(text, "\xC3\xA9"));
    REFUSED(mint(&t, &der, err), der.data, CM_ERR_INVALID, "subject");
}

static void alternative_names(void)
{
    static const struct {
        cm_general_name name;
        const char *printed;
    } cases[] = {
        {{.value = CM_TEXT("localhost")}, "DNS:localhost"},
        {{.value = CM_TEXT("*.example.com")}, "DNS:*.example.com"},
        {{.value = CM_TEXT("xn--bcher-kva.example")}, "DNS:xn--bcher-kva.example"},
        {{.value = CM_TEXT("my_host.local")}, "DNS:my_host.local"},
        {{.value = CM_TEXT("127.0.0.1")}, "IP:127.0.0.1"},
        {{.value = CM_TEXT("::1")}, "IP:::1"},
        {{.value = CM_TEXT("[::1]")}, "IP:::1"},
        {{.value = CM_TEXT("::")}, "IP:::"},
        {{.value = CM_TEXT("2001:DB8:0:0:1:0:0:1")}, "IP:2001:db8::1:0:0:1"},
        {{.value = CM_TEXT("1:2:3:4:5:6:7::")}, "IP:1:2:3:4:5:6:7:0"},
        {{.value = CM_TEXT("::2:3:4:5:6:7:8")}, "IP:0:2:3:4:5:6:7:8"},
        {{.value = CM_TEXT("::ffff:192.0.2.1")}, "IP:::ffff:c000:201"},
        {{.value = CM_TEXT("a.b+c@example.com")}, "email:a.b+c@example.com"},
        {{.value = CM_TEXT("https://example.com/a?b#c")}, "URI:https://example.com/a?b#c"},
        {{.value = CM_TEXT("spiffe://trust/ns/x")}, "URI:spiffe://trust/ns/x"},
        {{.value = CM_TEXT("urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6")},
         "URI:urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"},
        {{.kind = CM_GENERAL_NAME_UPN, .value = CM_TEXT("jane@corp.example")},
         "UPN:jane@corp.example"},
        {{.kind = CM_GENERAL_NAME_RID, .value = CM_TEXT("1.2.3.4")}, "RID:1.2.3.4"},
        {{.kind = CM_GENERAL_NAME_DIRECTORY, .value = CM_TEXT("C=DE,CN=x")}, "DirName:C=DE,CN=x"},
        {{.kind = CM_GENERAL_NAME_OTHER,
          .oid = CM_TEXT("1.3.6.1.5.5.7.8.5"),
          .der = {(const uint8_t *)"\x0c\x01x", 3}},
         "othername:1.3.6.1.5.5.7.8.5:0c0178"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char expected[128] = "\"san\":[\"";
        cm_bytes der = {NULL, 0}, json = {NULL, 0};
        cm_certificate_template t = {.now = NOW,
                                     .subject = {.text = CM_TEXT("CN=x")},
                                     .san = &cases[i].name,
                                     .san_count = 1};
        mint(&t, &der, NULL);
        cm_certificate_describe(view_of(&der), &json, NULL);
        strcat(strcat(expected, cases[i].printed), "\"]");
        ok(has(&json, expected), "%s", cases[i].printed);
        cm_bytes_free(&json);
        cm_bytes_free(&der);
    }
}

static void refused_alternative_names(void)
{
    static const cm_general_name names[] = {
        {.value = CM_TEXT("")},
        {.value = CM_TEXT("1.2.3.4.5")},
        {.value = CM_TEXT("1.2.3")},
        {.value = CM_TEXT("256.1.1.1")},
        {.value = CM_TEXT("01.2.3.4")},
        {.value = CM_TEXT("1:2:3")},
        {.value = CM_TEXT(":::1")},
        {.value = CM_TEXT("1::2::3")},
        {.value = CM_TEXT("1:2:3:4:5:6:7:8:9")},
        {.value = CM_TEXT("12345::")},
        {.value = CM_TEXT("fe80::1%eth0")},
        {.value = CM_TEXT("[::1]:443")},
        {.value = CM_TEXT("10.0.0.0/8")},
        {.value = CM_TEXT("localhost:8080")},
        {.value = CM_TEXT("a..b")},
        {.value = CM_TEXT(".example.com")},
        {.value = CM_TEXT("example.com.")},
        {.value = CM_TEXT("-a.example")},
        {.value = CM_TEXT("a-.example")},
        {.value = CM_TEXT("a b")},
        {.value = CM_TEXT("*")},
        {.value = CM_TEXT("a.*.example")},
        {.value = CM_TEXT("w*.example")},
        {.value = CM_TEXT("b\xC3\xBC"
                          "cher.example")},
        {.value = CM_TEXT("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.de")},
        {.value = CM_TEXT("@example.com")},
        {.value = CM_TEXT("a@")},
        {.value = CM_TEXT("a@b@c")},
        {.value = CM_TEXT("a b@c.de")},
        {.value = CM_TEXT("https://")},
        {.value = CM_TEXT("https:///path")},
        {.value = CM_TEXT("https://exa mple/")},
        {.kind = CM_GENERAL_NAME_DNS, .value = CM_TEXT("127.0.0.1")},
        {.kind = CM_GENERAL_NAME_IP, .value = CM_TEXT("localhost")},
        {.kind = CM_GENERAL_NAME_URI, .value = CM_TEXT("no-scheme")},
        {.kind = CM_GENERAL_NAME_RID, .value = CM_TEXT("1")},
        {.kind = CM_GENERAL_NAME_UPN, .value = CM_TEXT("nobody")},
        {.kind = CM_GENERAL_NAME_DIRECTORY, .value = CM_TEXT("C=USA")},
        {.kind = CM_GENERAL_NAME_OTHER,
         .oid = CM_TEXT("1.2.3"),
         .der = {(const uint8_t *)"\x0c", 1}},
        {.value = {"a\0b", 3}},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        cm_general_name two[2] = {{.value = CM_TEXT("fine.example")}, names[i]};
        cm_bytes der = {NULL, 0};
        cm_certificate_template t = {.now = NOW, .san = two, .san_count = 2};
        REFUSED(mint(&t, &der, err), der.data, CM_ERR_INVALID, "san[1]");
    }
}

static void defaults_from_each_other(void)
{
    cm_general_name san = {.value = CM_TEXT("shop.test")};
    cm_certificate_template t = {.now = NOW, .san = &san, .san_count = 1};
    cm_bytes der = {NULL, 0}, json = {NULL, 0};
    mint(&t, &der, NULL);
    cm_certificate_describe(view_of(&der), &json, NULL);
    ok(has(&json, "\"subject\":\"CN=shop.test\""), "the CN defaults to the first name");
    cm_bytes_free(&json);
    cm_bytes_free(&der);

    static const struct {
        const char *subject, *san;
    } cases[] = {{"CN=shop.test", "[\"DNS:shop.test\"]"},
                 {"CN=*.shop.test", "[\"DNS:*.shop.test\"]"},
                 {"CN=192.0.2.7", "[\"IP:192.0.2.7\"]"},
                 {"CN=Test CA", "[]"},
                 {"O=Only Organisation", "[]"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char expected[64] = "\"san\":";
        json = describe_subject((cm_name){.text = cm_text_of(cases[i].subject)}, &der);
        ok(has(&json, strcat(expected, cases[i].san)), "SAN for %s", cases[i].subject);
        cm_bytes_free(&json);
        cm_bytes_free(&der);
    }
}

int main(void)
{
    uint32_t state;
    rng = fixed_random(&state);
    key = new_p256(rng);
    subject_texts();
    attribute_types();
    string_types();
    attribute_lists();
    refused_subjects();
    limits_count_characters();
    alternative_names();
    refused_alternative_names();
    defaults_from_each_other();
    cm_key_free(key);
    cm_random_free(rng);
    return done_testing();
}
