package policy

import (
	"fmt"
)

// CommonPartition returns the partition that Regions are in, which must be the
// wanted one where that is not empty. Without Regions it is the wanted one, else
// aws. The error names a Region of another partition.
func CommonPartition(regions []string, wanted string) (string, error) {
	for _, r := range regions {
		p := PartitionOf(r)
		if wanted != "" && p != wanted {
			return "", fmt.Errorf("the Region %s is in the partition %s, not in %s", r, p, wanted)
		}
		wanted = p
	}
	if wanted == "" {
		return "aws", nil
	}
	return wanted, nil
}
