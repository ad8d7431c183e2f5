package localaws

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"remotion-doctor/iam/account"
)

// A Cloud answers for several accounts, each from its own snapshot: who signed a
// request decides which one. Credentials that are not known belong to Home;
// AssumeRole makes those of the other accounts.
type Cloud struct {
	o        CloudOptions
	accounts map[string]*Server

	mu       sync.Mutex
	sessions map[string]session // by access key
	made     int
}

// CloudOptions say how a Cloud behaves.
type CloudOptions struct {
	Options
	// Home is the account of credentials that are not known: the management account
	// where the directory has one, else the first.
	Home string
	// Directory is what Organizations knows of the accounts.
	Directory Directory
	// PerSecond is how many requests an account answers in a second before it
	// throttles; 0 for any number.
	PerSecond int
	// Machine executes state machines in the home account; nil where there are none.
	Machine Machine
}

// A session is the credentials of an assumed role.
type session struct {
	account, arn, token string
	expires             time.Time
}

// NewCloud returns a cloud of accounts. The snapshots must not change any more.
func NewCloud(snapshots []*account.Snapshot, o CloudOptions) (*Cloud, error) {
	if len(snapshots) == 0 {
		return nil, fmt.Errorf("there is no account")
	}
	c := &Cloud{o: o, accounts: map[string]*Server{}, sessions: map[string]session{}}
	shared := newFaults(o.Faults)
	for _, s := range snapshots {
		if c.accounts[s.AccountID] != nil {
			return nil, fmt.Errorf("account %s is there twice", s.AccountID)
		}
		server, err := New(s, o.Options)
		if err != nil {
			return nil, fmt.Errorf("account %s: %w", s.AccountID, err)
		}
		server.cloud, server.faults, server.limit = c, shared, newLimit(o.PerSecond)
		c.accounts[s.AccountID] = server
	}
	c.o.Home = cmp.Or(o.Home, o.Directory.Management, snapshots[0].AccountID)
	if c.accounts[c.o.Home] == nil {
		return nil, fmt.Errorf("there is no snapshot of account %s", c.o.Home)
	}
	c.o.Directory = o.Directory.with(snapshots, c.o.Home)
	return c, nil
}

// Serve answers requests on a loopback address until ctx ends.
func (c *Cloud) Serve(ctx context.Context, l net.Listener) error { return serve(ctx, l, c) }

// ServeHTTP answers one request, in the account of whoever signed it.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s, err := c.session(r)
	if err.Code != "" {
		service, _ := signedFor(r)
		refuse(w, service, err)
		return
	}
	c.accounts[s.account].ServeHTTP(w, r)
}

// session finds out who signed a request.
func (c *Cloud) session(r *http.Request) (session, apiError) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, ok := c.sessions[accessKey(r)]
	if !ok {
		s = session{account: c.o.Home}
	}
	switch {
	case ok && r.Header.Get("X-Amz-Security-Token") != s.token:
		return s, apiError{"InvalidClientTokenId", 403, "The security token included in the request is invalid"}
	case ok && time.Now().After(s.expires):
		return s, apiError{"ExpiredToken", 403, "The security token included in the request is expired"}
	}
	_, region := signedFor(r)
	if slices.Contains(c.o.Directory.account(s.account).OffRegions, region) {
		return s, apiError{"UnrecognizedClientException", 403, "The security token included in the request is invalid."}
	}
	return s, apiError{}
}

// caller is the ARN behind an access key that AssumeRole made; empty for others.
func (c *Cloud) caller(key string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sessions[key].arn
}

// open makes the credentials of a session.
func (c *Cloud) open(accountID, arn string, until time.Time) (key string, s session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made++
	key = fmt.Sprintf("ASIA%sX%04d", accountID, c.made)
	s = session{account: accountID, arn: arn, token: fmt.Sprintf("session-%d-of-%s", c.made, accountID), expires: until}
	c.sessions[key] = s
	return key, s
}

// refuse writes an error in the form of a service.
func refuse(w http.ResponseWriter, service string, e apiError) {
	switch service {
	case "lambda", "ecs", "eks", "organizations", "config", "states":
		writeJSONError(w, e)
	case "ec2":
		protocols["2016-11-15"].writeError(w, e, "")
	default:
		protocols["2010-05-08"].writeError(w, e, "")
	}
}

// A limit is a bucket of requests that fills up again; nil has no bottom.
type limit struct {
	mu    sync.Mutex
	each  time.Duration
	most  float64
	left  float64
	since time.Time
}

func newLimit(perSecond int) *limit {
	if perSecond <= 0 {
		return nil
	}
	return &limit{each: time.Second / time.Duration(perSecond), most: float64(perSecond), left: float64(perSecond), since: time.Now()}
}

// take reports whether another request may be answered now.
func (l *limit) take() bool {
	if l == nil {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	l.left = min(l.most, l.left+float64(now.Sub(l.since))/float64(l.each))
	l.since = now
	if l.left < 1 {
		return false
	}
	l.left--
	return true
}

// Evaluations are those that AWS Config was given in the home account so far.
func (c *Cloud) Evaluations() []TakenEvaluation { return c.accounts[c.o.Home].Evaluations() }
