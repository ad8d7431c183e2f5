import * as aws from '@pulumi/aws';

/** Call it with the role that your program names it's-a role. */
export function grantRemotionToItSARole(owner: aws.iam.Role) {
  new aws.iam.RolePolicy('it\'s-a role-remotion-executionrole-policy', {
    role: owner.name,
    policy: JSON.stringify({
      "Version": "2012-10-17",
      "Statement": [
        {
          "Sid": "Storage",
          "Effect": "Allow",
          "Action": [
            "s3:GetObject",
            "s3:PutObject"
          ],
          "Resource": [
            "arn:aws:s3:::it's-${aws:username}-\"quoted\"/*",
            "arn:aws:s3:::%{x}`id`$(id)\\"
          ],
          "Condition": {
            "Bool": {
              "aws:SecureTransport": "true"
            },
            "StringLike": {
              "aws:RequestTag/a b": [
                "yes",
                "*"
              ]
            }
          }
        },
        {
          "Effect": "Deny",
          "NotAction": "iam:*",
          "Resource": "*"
        }
      ]
    }),
  });
  new aws.iam.RolePolicy('it\'s-a role-there-already', {
    role: owner.name,
    policy: JSON.stringify({
      "Version": "2012-10-17",
      "Statement": [
        {
          "Sid": "Storage",
          "Effect": "Allow",
          "Action": [
            "s3:GetObject",
            "s3:PutObject"
          ],
          "Resource": [
            "arn:aws:s3:::it's-${aws:username}-\"quoted\"/*",
            "arn:aws:s3:::%{x}`id`$(id)\\"
          ],
          "Condition": {
            "Bool": {
              "aws:SecureTransport": "true"
            },
            "StringLike": {
              "aws:RequestTag/a b": [
                "yes",
                "*"
              ]
            }
          }
        },
        {
          "Effect": "Deny",
          "NotAction": "iam:*",
          "Resource": "*"
        }
      ]
    }),
  });
  const policyManaged = new aws.iam.Policy('it\'s-a role-managed', {
    policy: JSON.stringify({
      "Version": "2012-10-17",
      "Statement": [
        {
          "Sid": "Storage",
          "Effect": "Allow",
          "Action": [
            "s3:GetObject",
            "s3:PutObject"
          ],
          "Resource": [
            "arn:aws:s3:::it's-${aws:username}-\"quoted\"/*",
            "arn:aws:s3:::%{x}`id`$(id)\\"
          ],
          "Condition": {
            "Bool": {
              "aws:SecureTransport": "true"
            },
            "StringLike": {
              "aws:RequestTag/a b": [
                "yes",
                "*"
              ]
            }
          }
        },
        {
          "Effect": "Deny",
          "NotAction": "iam:*",
          "Resource": "*"
        }
      ]
    }),
  });
  new aws.iam.RolePolicyAttachment('it\'s-a role-managed', { role: owner.name, policyArn: policyManaged.arn });
  const policyVersioned = new aws.iam.Policy('it\'s-a role-versioned', {
    policy: JSON.stringify({
      "Version": "2012-10-17",
      "Statement": [
        {
          "Sid": "Storage",
          "Effect": "Allow",
          "Action": [
            "s3:GetObject",
            "s3:PutObject"
          ],
          "Resource": [
            "arn:aws:s3:::it's-${aws:username}-\"quoted\"/*",
            "arn:aws:s3:::%{x}`id`$(id)\\"
          ],
          "Condition": {
            "Bool": {
              "aws:SecureTransport": "true"
            },
            "StringLike": {
              "aws:RequestTag/a b": [
                "yes",
                "*"
              ]
            }
          }
        },
        {
          "Effect": "Deny",
          "NotAction": "iam:*",
          "Resource": "*"
        }
      ]
    }),
  });
  new aws.iam.RolePolicyAttachment('it\'s-a role-versioned', { role: owner.name, policyArn: policyVersioned.arn });
  // takes the inline policy old from the role it's-a role: remove it where your program adds it.
  // detaches the managed policy Admin from the role it's-a role: remove it where your program adds it.
}

/** Call it with the user that your program names 42. */
export function grantRemotionToRemotion42(owner: aws.iam.User) {
  new aws.iam.UserPolicy('42-remotion-executionrole-policy', {
    user: owner.name,
    policy: JSON.stringify({
      "Version": "2012-10-17",
      "Statement": [
        {
          "Sid": "Storage",
          "Effect": "Allow",
          "Action": [
            "s3:GetObject",
            "s3:PutObject"
          ],
          "Resource": [
            "arn:aws:s3:::it's-${aws:username}-\"quoted\"/*",
            "arn:aws:s3:::%{x}`id`$(id)\\"
          ],
          "Condition": {
            "Bool": {
              "aws:SecureTransport": "true"
            },
            "StringLike": {
              "aws:RequestTag/a b": [
                "yes",
                "*"
              ]
            }
          }
        },
        {
          "Effect": "Deny",
          "NotAction": "iam:*",
          "Resource": "*"
        }
      ]
    }),
  });
}
