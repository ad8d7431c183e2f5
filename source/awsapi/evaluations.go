package awsapi

import (
	"context"
	"fmt"

	"remotion-doctor/source/awsapi/config"
)

// An Evaluation is what a rule of AWS Config says of a resource.
type Evaluation = config.Evaluation

// PutEvaluations delivers what a custom rule found to AWS Config, in as many requests
// as it takes; token is that of the event. The error is an [*source.Error], also where
// AWS Config did not take some of them.
func (c *Client) PutEvaluations(ctx context.Context, token string, list []Evaluation) error {
	client := config.New(c.of("config"), c.config.Region)
	for len(list) > 0 {
		n := min(len(list), config.MostEvaluations)
		failed, err := client.PutEvaluations(ctx, token, list[:n])
		if err == nil && len(failed) > 0 {
			err = fmt.Errorf("AWS Config did not take %d of %d evaluations, such as that of %s", len(failed), n, failed[0].ResourceID)
		}
		if err != nil {
			return explain("delivering the evaluations to AWS Config", err)
		}
		list = list[n:]
	}
	return nil
}
