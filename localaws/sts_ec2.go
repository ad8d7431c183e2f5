package localaws

import (
	"encoding/xml"
	"regexp"
	"strings"

	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// stsOperations are the operations of STS.
var stsOperations = map[string]operation{
	"AssumeRole":                 assumeRole,
	"GetCallerIdentity":          getCallerIdentity,
	"DecodeAuthorizationMessage": decodeAuthorizationMessage,
}

func getCallerIdentity(c *call) (any, error) {
	s := c.server.snapshot
	caller := c.identity()
	out := struct{ Arn, UserId, Account string }{Arn: caller, Account: s.AccountID, UserId: s.AccountID}
	if a, ok := policy.ParseARN(caller); ok {
		out.Account = a.AccountID
		switch role, session, _ := strings.Cut(strings.TrimPrefix(a.Resource, "assumed-role/"), "/"); {
		case a.Type() == "assumed-role":
			out.UserId = idOr("", "AROA", role) + ":" + session
		case a.Type() == "user":
			out.UserId = idOr("", "AIDA", a.Name())
		}
	}
	return out, nil
}

// ec2Operations are the operations of EC2.
var ec2Operations = map[string]operation{"DescribeInstances": describeInstances}

var instanceID = regexp.MustCompile(`^i-[0-9a-f]{8}([0-9a-f]{9})?$`)

type xmlInstance struct {
	InstanceID         string `xml:"instanceId"`
	IamInstanceProfile *struct {
		Arn string `xml:"arn"`
	} `xml:"iamInstanceProfile"`
}

func describeInstances(c *call) (any, error) {
	var wanted []*account.Instance
	for i := range c.server.snapshot.Instances {
		wanted = append(wanted, &c.server.snapshot.Instances[i])
	}
	if id := c.form.Get("InstanceId.1"); id != "" {
		if !instanceID.MatchString(id) {
			return nil, apiError{"InvalidInstanceID.Malformed", 400, `Invalid id: "` + id + `"`}
		}
		i, err := c.server.snapshot.Instance(id)
		if err != nil {
			return nil, apiError{"InvalidInstanceID.NotFound", 400, "The instance ID '" + id + "' does not exist"}
		}
		wanted = []*account.Instance{i}
	}
	type reservation struct {
		OwnerID   string        `xml:"ownerId"`
		Instances []xmlInstance `xml:"instancesSet>item"`
	}
	out := struct {
		XMLName      xml.Name      `xml:"reservationSet"`
		Reservations []reservation `xml:"item"`
	}{}
	for _, i := range wanted {
		x := xmlInstance{InstanceID: i.InstanceID}
		if i.IamInstanceProfile != nil {
			x.IamInstanceProfile = &struct {
				Arn string `xml:"arn"`
			}{i.IamInstanceProfile.Arn}
		}
		out.Reservations = append(out.Reservations, reservation{c.server.snapshot.AccountID, []xmlInstance{x}})
	}
	return out, nil
}
