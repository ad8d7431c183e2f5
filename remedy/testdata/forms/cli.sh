# gives the role it's-a role the inline policy remotion-executionrole-policy
aws iam put-role-policy \
  --role-name 'it'\''s-a role' \
  --policy-name remotion-executionrole-policy \
  --policy-document '{"Version":"2012-10-17","Statement":[{"Sid":"Storage","Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":["arn:aws:s3:::it'\''s-${aws:username}-\"quoted\"/*","arn:aws:s3:::%{x}`id`$(id)\\"],"Condition":{"Bool":{"aws:SecureTransport":"true"},"StringLike":{"aws:RequestTag/a b":["yes","*"]}}},{"Effect":"Deny","NotAction":"iam:*","Resource":"*"}]}'

# replaces the inline policy there-already of the role it's-a role by one that has what it lacks
aws iam put-role-policy \
  --role-name 'it'\''s-a role' \
  --policy-name there-already \
  --policy-document '{"Version":"2012-10-17","Statement":[{"Sid":"Storage","Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":["arn:aws:s3:::it'\''s-${aws:username}-\"quoted\"/*","arn:aws:s3:::%{x}`id`$(id)\\"],"Condition":{"Bool":{"aws:SecureTransport":"true"},"StringLike":{"aws:RequestTag/a b":["yes","*"]}}},{"Effect":"Deny","NotAction":"iam:*","Resource":"*"}]}'

# makes the managed policy managed and attaches it to the role it's-a role
aws iam create-policy \
  --policy-name managed \
  --policy-document '{"Version":"2012-10-17","Statement":[{"Sid":"Storage","Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":["arn:aws:s3:::it'\''s-${aws:username}-\"quoted\"/*","arn:aws:s3:::%{x}`id`$(id)\\"],"Condition":{"Bool":{"aws:SecureTransport":"true"},"StringLike":{"aws:RequestTag/a b":["yes","*"]}}},{"Effect":"Deny","NotAction":"iam:*","Resource":"*"}]}'
aws iam attach-role-policy \
  --role-name 'it'\''s-a role' \
  --policy-arn arn:aws:iam::123456789012:policy/managed

# gives the managed policy versioned a new version, for all that it is attached to
aws iam create-policy-version \
  --policy-arn arn:aws:iam::123456789012:policy/team/versioned \
  --policy-document '{"Version":"2012-10-17","Statement":[{"Sid":"Storage","Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":["arn:aws:s3:::it'\''s-${aws:username}-\"quoted\"/*","arn:aws:s3:::%{x}`id`$(id)\\"],"Condition":{"Bool":{"aws:SecureTransport":"true"},"StringLike":{"aws:RequestTag/a b":["yes","*"]}}},{"Effect":"Deny","NotAction":"iam:*","Resource":"*"}]}' \
  --set-as-default

# takes the inline policy old from the role it's-a role
aws iam delete-role-policy \
  --role-name 'it'\''s-a role' \
  --policy-name old

# detaches the managed policy Admin from the role it's-a role
aws iam detach-role-policy \
  --role-name 'it'\''s-a role' \
  --policy-arn arn:aws:iam::aws:policy/Admin

# gives the user 42 the inline policy remotion-executionrole-policy
aws iam put-user-policy \
  --user-name 42 \
  --policy-name remotion-executionrole-policy \
  --policy-document '{"Version":"2012-10-17","Statement":[{"Sid":"Storage","Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":["arn:aws:s3:::it'\''s-${aws:username}-\"quoted\"/*","arn:aws:s3:::%{x}`id`$(id)\\"],"Condition":{"Bool":{"aws:SecureTransport":"true"},"StringLike":{"aws:RequestTag/a b":["yes","*"]}}},{"Effect":"Deny","NotAction":"iam:*","Resource":"*"}]}'
