package doorlinktest_test

import (
	"testing"

	"go.uber.org/goleak"

	"doorlink/doorlinktest"
)

func TestMain(m *testing.M) {
	doorlinktest.BeNode()
	goleak.VerifyTestMain(m)
}
