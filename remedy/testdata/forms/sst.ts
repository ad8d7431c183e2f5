// in sst.config.ts, to the component whose role is the role it's-a role
permissions: [
  // permissions cannot say this; give the role a policy: {"Version":"2012-10-17","Statement":[{"Sid":"Storage","Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":["arn:aws:s3:::it's-${aws:username}-\"quoted\"/*","arn:aws:s3:::%{x}`id`$(id)\\"],"Condition":{"Bool":{"aws:SecureTransport":"true"},"StringLike":{"aws:RequestTag/a b":["yes","*"]}}}]}
  // permissions cannot say this; give the role a policy: {"Version":"2012-10-17","Statement":[{"Effect":"Deny","NotAction":"iam:*","Resource":"*"}]}
  // permissions cannot say this; give the role a policy: {"Version":"2012-10-17","Statement":[{"Sid":"Storage","Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":["arn:aws:s3:::it's-${aws:username}-\"quoted\"/*","arn:aws:s3:::%{x}`id`$(id)\\"],"Condition":{"Bool":{"aws:SecureTransport":"true"},"StringLike":{"aws:RequestTag/a b":["yes","*"]}}}]}
  // permissions cannot say this; give the role a policy: {"Version":"2012-10-17","Statement":[{"Effect":"Deny","NotAction":"iam:*","Resource":"*"}]}
  // permissions cannot say this; give the role a policy: {"Version":"2012-10-17","Statement":[{"Sid":"Storage","Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":["arn:aws:s3:::it's-${aws:username}-\"quoted\"/*","arn:aws:s3:::%{x}`id`$(id)\\"],"Condition":{"Bool":{"aws:SecureTransport":"true"},"StringLike":{"aws:RequestTag/a b":["yes","*"]}}}]}
  // permissions cannot say this; give the role a policy: {"Version":"2012-10-17","Statement":[{"Effect":"Deny","NotAction":"iam:*","Resource":"*"}]}
  // permissions cannot say this; give the role a policy: {"Version":"2012-10-17","Statement":[{"Sid":"Storage","Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":["arn:aws:s3:::it's-${aws:username}-\"quoted\"/*","arn:aws:s3:::%{x}`id`$(id)\\"],"Condition":{"Bool":{"aws:SecureTransport":"true"},"StringLike":{"aws:RequestTag/a b":["yes","*"]}}}]}
  // permissions cannot say this; give the role a policy: {"Version":"2012-10-17","Statement":[{"Effect":"Deny","NotAction":"iam:*","Resource":"*"}]}
],
// in sst.config.ts, to the component whose role is the user 42
permissions: [
  // permissions cannot say this; give the role a policy: {"Version":"2012-10-17","Statement":[{"Sid":"Storage","Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":["arn:aws:s3:::it's-${aws:username}-\"quoted\"/*","arn:aws:s3:::%{x}`id`$(id)\\"],"Condition":{"Bool":{"aws:SecureTransport":"true"},"StringLike":{"aws:RequestTag/a b":["yes","*"]}}}]}
  // permissions cannot say this; give the role a policy: {"Version":"2012-10-17","Statement":[{"Effect":"Deny","NotAction":"iam:*","Resource":"*"}]}
],
