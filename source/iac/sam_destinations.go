package iac

// deadLetters: "SAM adds … to the function's role".
func (e *samRole) deadLetters(n *node) {
	if n == nil {
		return
	}
	actions := map[string]string{"SQS": "sqs:SendMessage", "SNS": "sns:Publish"}
	action := actions[n.get("Type").str()]
	if action == "" {
		e.open = append(e.open, "the dead-letter queue of "+e.of.label())
		return
	}
	e.allow("DeadLetterQueuePolicy", n.start, samGrant{[]string{action}, n.get("TargetArn")})
}

// sent are the actions that a destination of a type needs.
var sent = map[string]string{"SQS": "sqs:SendMessage", "SNS": "sns:Publish", "EventBridge": "events:PutEvents", "Lambda": "lambda:InvokeFunction"}

func (e *samRole) destinations(n *node) {
	for _, way := range []string{"OnSuccess", "OnFailure"} {
		if d := n.at("DestinationConfig", way); d != nil {
			e.destination(e.of.id+"EventInvokeConfig"+way, d, d.get("Type").str())
		}
	}
}

func (e *samRole) destination(name string, d *node, kind string) {
	to := e.receiver(name, d.get("Destination"), kind)
	switch action := sent[kind]; {
	case action != "":
		e.allow(name+kind+"Policy", d.start, samGrant{[]string{action}, to})
	case kind == "S3" || kind == "S3Bucket":
		if to == nil {
			e.open = append(e.open, "the destination "+name)
			return
		}
		everything := call("Fn::Join", listOf(d.start, text(d.start, "/"), listOf(d.start, to, text(d.start, "*"))))
		e.allow(name+"S3Policy", d.start, samGrant{[]string{"s3:PutObject"}, everything}, samGrant{[]string{"s3:ListBucket"}, to})
	default:
		e.open = append(e.open, "the destination "+name+" of the type "+kind)
	}
}

// receiver is where a destination leads. Where it is nothing, or a condition
// makes it nothing, SAM makes a queue or topic.
func (e *samRole) receiver(name string, to *node, kind string) *node {
	types := map[string][3]string{"SQS": {"Queue", "AWS::SQS::Queue", "Arn"}, "SNS": {"Topic", "AWS::SNS::Topic", "TopicArn"}}
	of, ok := types[kind]
	if !ok {
		return to
	}
	id := name + of[0]
	made := call("Fn::GetAtt", text(e.of.at, id+"."+of[2]))
	out := made
	if branches := to.get("Fn::If"); branches.is(listNode) && len(branches.items) == 3 {
		yes, no := branches.items[1], branches.items[2]
		switch {
		case isNoValue(yes):
			yes = made
		case isNoValue(no):
			no = made
		default:
			return to
		}
		out = call("Fn::If", listOf(to.start, branches.items[0], yes, no))
	} else if to != nil {
		return to
	}
	if e.stack.byID[id] == nil {
		at := e.of.at
		r := &resource{stack: e.stack, id: id, typ: of[1], at: at, node: objectOf(at, member{"Type", at, text(at, of[1])})}
		e.stack.resources = append(e.stack.resources, r)
		e.stack.byID[id] = r
	}
	return out
}

func isNoValue(n *node) bool { return n.is(objectNode) && n.get("Ref").str() == "AWS::NoValue" }
