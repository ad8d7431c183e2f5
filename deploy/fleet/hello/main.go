// Command hello is a worker that does nothing: what the cold start of the worker is
// compared with.
package main

import "github.com/aws/aws-lambda-go/lambda"

func main() { lambda.Start(func() (string, error) { return "hello", nil }) }
