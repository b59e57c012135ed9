package server

import (
	"strings"
	"testing"
)

func TestSettingsThatCannotBe(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config Config
		want   []string // the settings that the mistakes begin with; none for a good one
	}{
		"loopback needs nothing":                 {Config{Listen: "127.0.0.1:8080"}, nil},
		"loopback by name needs nothing":         {Config{Listen: "localhost:8080"}, nil},
		"loopback of IPv6 needs nothing":         {Config{Listen: "[::1]:8080"}, nil},
		"a domain needs nothing else":            {Config{Listen: ":443", HTTP: ":80", Domain: []string{"door.example"}}, nil},
		"a certificate with its key and base":    {Config{Listen: ":443", Cert: "c", Key: "k", Base: "https://door.example"}, nil},
		"behind a proxy with a base":             {Config{Listen: ":80", Proxies: 1, Base: "https://door.example"}, nil},
		"several nodes on PostgreSQL":            {Config{Listen: "[::1]:80", BusListen: ":6222", BusPeers: []string{"b:6222"}, Database: "postgres://db/x"}, nil},
		"a base on loopback may be plain":        {Config{Listen: "[::1]:80", Base: "http://localhost:8080"}, nil},
		"a relay that is run apart":              {Config{Listen: "[::1]:80", RelayURLs: []string{"turn:r:3478", "turns:r:443"}, RelaySecret: "s"}, nil},
		"relay ports may be one":                 {Config{Listen: "[::1]:80", RelayPorts: "50000-50000"}, nil},
		"nothing is no address":                  {Config{}, []string{"listen"}},
		"no port":                                {Config{Listen: "127.0.0.1"}, []string{"listen"}},
		"every address without HTTPS":            {Config{Listen: ":8080"}, []string{"listen"}},
		"another address without HTTPS":          {Config{Listen: "192.0.2.7:8080"}, []string{"listen"}},
		"a name that is not loopback":            {Config{Listen: "door.example:80"}, []string{"listen"}},
		"two ways to HTTPS":                      {Config{Listen: ":443", HTTP: ":80", Domain: []string{"d"}, Proxies: 1, Base: "https://d"}, []string{"domain"}},
		"a certificate without key":              {Config{Listen: ":443", Cert: "c", Base: "https://d"}, []string{"cert"}},
		"a key without certificate":              {Config{Listen: "[::1]:80", Key: "k"}, []string{"cert"}},
		"a certificate without base":             {Config{Listen: ":443", Cert: "c", Key: "k"}, []string{"base"}},
		"a proxy without base":                   {Config{Listen: ":80", Proxies: 2}, []string{"base"}},
		"fewer proxies than none":                {Config{Listen: "[::1]:80", Proxies: -1}, []string{"proxies"}},
		"a base by plain HTTP":                   {Config{Listen: ":80", Proxies: 1, Base: "http://door.example"}, []string{"base"}},
		"a base with a path":                     {Config{Listen: ":80", Proxies: 1, Base: "https://door.example/"}, []string{"base"}},
		"a base with a query":                    {Config{Listen: ":80", Proxies: 1, Base: "https://door.example?a"}, []string{"base"}},
		"a base that is a name":                  {Config{Listen: ":80", Proxies: 1, Base: "door.example"}, []string{"base"}},
		"a base of another kind":                 {Config{Listen: "[::1]:80", Base: "ftp://localhost"}, []string{"base"}},
		"a domain without address for its proof": {Config{Listen: ":443", Domain: []string{"d"}}, []string{"http"}},
		"a domain on several nodes":              {Config{Listen: ":443", HTTP: ":80", Domain: []string{"d"}, BusURL: "nats://n", Database: "postgres://db/x"}, []string{"domain"}},
		"another database":                       {Config{Listen: "[::1]:80", Database: "mysql://db/x"}, []string{"database"}},
		"several nodes on SQLite":                {Config{Listen: "[::1]:80", BusURL: "nats://n"}, []string{"database"}},
		"two ways to join nodes":                 {Config{Listen: "[::1]:80", BusURL: "nats://n", BusListen: ":1", Database: "postgres://db/x"}, []string{"bus-url"}},
		"peers without address for them":         {Config{Listen: "[::1]:80", BusPeers: []string{"b:1"}}, []string{"bus-peer"}},
		"a bus address without port":             {Config{Listen: "[::1]:80", BusListen: "b", Database: "postgres://db/x"}, []string{"bus-listen"}},
		"a relay apart without secret":           {Config{Listen: "[::1]:80", RelayURLs: []string{"turn:r"}}, []string{"relay-url"}},
		"a secret without relay":                 {Config{Listen: "[::1]:80", RelaySecret: "s"}, []string{"relay-url"}},
		"a relay that is a page":                 {Config{Listen: "[::1]:80", RelayURLs: []string{"https://r"}, RelaySecret: "s"}, []string{"relay-url"}},
		"a relay address without port":           {Config{Listen: "[::1]:80", RelayListen: "r"}, []string{"relay-listen"}},
		"relay ports the wrong way round":        {Config{Listen: "[::1]:80", RelayPorts: "2-1"}, []string{"relay-ports"}},
		"one relay port":                         {Config{Listen: "[::1]:80", RelayPorts: "50000"}, []string{"relay-ports"}},
		"relay ports with something behind":      {Config{Listen: "[::1]:80", RelayPorts: "50000-50999x"}, []string{"relay-ports"}},
		"relay ports that are too large":         {Config{Listen: "[::1]:80", RelayPorts: "1-65536"}, []string{"relay-ports"}},
		"relay ports from none":                  {Config{Listen: "[::1]:80", RelayPorts: "0-9"}, []string{"relay-ports"}},
		"sign-in elsewhere with its ID":          {Config{Listen: "[::1]:80", SSO: "https://id.example/realm", SSOClient: "door"}, nil},
		"sign-in elsewhere by plain HTTP":        {Config{Listen: "[::1]:80", SSO: "http://id.example", SSOClient: "door"}, []string{"sso"}},
		"sign-in elsewhere without an ID":        {Config{Listen: "[::1]:80", SSO: "https://id.example"}, []string{"sso-client"}},
		"an ID for no sign-in":                   {Config{Listen: "[::1]:80", SSOClient: "door"}, []string{"sso"}},
		"figures at no port":                     {Config{Listen: "[::1]:80", Metrics: "m"}, []string{"metrics"}},
		"every mistake is reported, not the first": {
			Config{Listen: ":80", Base: "x", Cert: "c", Proxies: 1, Database: "x", BusPeers: []string{"b"}, RelaySecret: "s", RelayPorts: "x", Metrics: "m"},
			[]string{"metrics", "base", "domain", "cert", "database", "bus-peer", "relay-url", "relay-ports"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := mistakes(c.config.Check()); strings.Join(got, " ") != strings.Join(c.want, " ") {
				t.Errorf("got mistakes in %v, want %v: %v", got, c.want, c.config.Check())
			}
		})
	}
}

// mistakes are the settings with which the lines of an error begin.
func mistakes(err error) (all []string) {
	if err == nil {
		return nil
	}
	for line := range strings.Lines(err.Error()) {
		name, _, _ := strings.Cut(line, " ")
		all = append(all, strings.TrimRight(name, ":,"))
	}
	return all
}

func TestMistakesDoNotRepeatSecrets(t *testing.T) {
	t.Parallel()
	err := Config{Listen: "[::1]:80", Database: "postgre://u:hunter2@db", RelaySecret: "hunter2", BusURL: "nats://u:hunter2@n"}.Check()
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v, want mistakes without the password", err)
	}
}
