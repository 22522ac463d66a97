// An IMAP server for the live tests: go-imap's, which keeps its mail in memory. It is the tests'
// second reading of IMAP4rev2 (RFC 9051). It is told everything by a file of JSON, and listens until
// it is ended.
package main

import (
	"crypto/tls"
	"encoding/json"
	"log"
	"net"
	"os"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

type settings struct {
	// For plain text and STARTTLS, and for TLS: "127.0.0.1:143".
	Address, TLSAddress string
	CertFile, KeyFile   string
	// Their names and passwords.
	Users map[string]string
	// What is offered where nothing but login is needed for it; others come by themselves.
	Capabilities []imap.Cap
}

// The folders of each user besides INBOX. They have no special uses: this version of go-imap takes
// them, and forgets them.
var folders = []string{"Archive", "Drafts", "Junk", "Sent", "Trash"}

// session adds UNAUTHENTICATE (RFC 8437), for which go-imap has the command but no session.
type session struct {
	*imapmemserver.UserSession // nil before login
	users                      map[string]*imapmemserver.User
}

func (s *session) Login(name, password string) error {
	user := s.users[name]
	if user == nil {
		return imapserver.ErrAuthFailed
	}
	if err := user.Login(name, password); err != nil {
		return err
	}
	s.UserSession = imapmemserver.NewUserSession(user)
	return nil
}

func (s *session) Unauthenticate() error {
	err := s.UserSession.Close()
	s.UserSession = nil
	return err
}

func newUser(name, password string) *imapmemserver.User {
	user := imapmemserver.NewUser(name, password)
	check(user.Create("INBOX", nil))
	check(user.Subscribe("INBOX"))
	for _, folder := range folders {
		check(user.Create(folder, nil))
	}
	return user
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func listen(address string) net.Listener {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		// As the other servers put it.
		log.Fatalf("Address already in use: %v", err)
	}
	return listener
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	check(err)
	var given settings
	check(json.Unmarshal(text, &given))
	certificate, err := tls.LoadX509KeyPair(given.CertFile, given.KeyFile)
	check(err)

	users := map[string]*imapmemserver.User{}
	for name, password := range given.Users {
		users[name] = newUser(name, password)
	}
	capabilities := imap.CapSet{}
	for _, name := range given.Capabilities {
		capabilities[name] = struct{}{}
	}
	options := imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return &session{users: users}, nil, nil
		},
		Caps:         capabilities,
		TLSConfig:    &tls.Config{Certificates: []tls.Certificate{certificate}},
		InsecureAuth: true,
	}
	// What goes over the wire, in the log.
	options.DebugWriter = os.Stderr
	server := imapserver.New(&options)

	// Both ports are taken before either answers: who gets an answer has both.
	plain, encrypted := listen(given.Address), listen(given.TLSAddress)
	go func() { check(server.Serve(tls.NewListener(encrypted, options.TLSConfig))) }()
	check(server.Serve(plain))
}
