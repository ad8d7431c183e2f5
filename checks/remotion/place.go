package remotion

import (
	"fmt"

	"remotion-doctor/iam/policy"
)

// typical are the partitions that Remotion Lambda runs in, each with a Region
// that can represent all.
var typical = map[string]string{"aws": "us-east-1", "aws-cn": "cn-north-1"}

// Place returns the partition of a policy, and Regions of it: those that are
// given, or a typical one. Where neither is given, the partition is aws.
func Place(regions []string, partition string) (string, []string, error) {
	partition, err := policy.CommonPartition(regions, partition)
	if err != nil {
		return "", nil, err
	}
	region, ok := typical[partition]
	if !ok {
		return "", nil, fmt.Errorf("there is no policy for the partition %s", partition)
	}
	if len(regions) == 0 {
		return partition, []string{region}, nil
	}
	return partition, regions, nil
}
