package terminal

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b strings.Builder
		say := Lines(&b, time.Minute)
		for range 150 {
			say("still\x1b[31m here")
			time.Sleep(time.Second)
		}
		if b.String() != "still here\nstill here\n" {
			t.Errorf("%q", b.String())
		}
	})
}
