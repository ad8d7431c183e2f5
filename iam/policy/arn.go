package policy

import "strings"

// An ARN is an Amazon Resource Name, split at its first five colons.
type ARN struct {
	Partition, Service, Region, AccountID, Resource string
}

// ParseARN splits an ARN. It reports false for text that lacks the prefix
// "arn:" or one of the six parts; region, account and resource may be empty.
func ParseARN(s string) (ARN, bool) {
	rest, ok := strings.CutPrefix(s, "arn:")
	if !ok {
		return ARN{}, false
	}
	var a ARN
	for _, field := range []*string{&a.Partition, &a.Service, &a.Region, &a.AccountID} {
		if *field, rest, ok = strings.Cut(rest, ":"); !ok {
			return ARN{}, false
		}
	}
	a.Resource = rest
	return a, true
}

func (a ARN) String() string {
	return strings.Join([]string{"arn", a.Partition, a.Service, a.Region, a.AccountID, a.Resource}, ":")
}

// Name returns the last part of a resource such as role/path/name.
func (a ARN) Name() string {
	return a.Resource[strings.LastIndexByte(a.Resource, '/')+1:]
}

// Type returns the part of the resource before its first slash or colon:
// "role" of role/path/name. It is empty where there is none.
func (a ARN) Type() string {
	if i := strings.IndexAny(a.Resource, "/:"); i >= 0 {
		return a.Resource[:i]
	}
	return ""
}

// PartitionOf returns the partition that a region belongs to.
func PartitionOf(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	default:
		return "aws"
	}
}
