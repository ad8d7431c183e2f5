import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

/** What Remotion Lambda's policies lacked. */
export class RemotionGrants extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);

    // gives the role it's-a role the inline policy remotion-executionrole-policy
    new iam.Policy(this, 'ItSARoleRemotionExecutionrolePolicy', {
      policyName: 'remotion-executionrole-policy',
      roles: [iam.Role.fromRoleName(this, 'ItSARoleRemotionExecutionrolePolicyRole', 'it\'s-a role')],
      document: iam.PolicyDocument.fromJson({
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

    // replaces the inline policy there-already of the role it's-a role by one that has what it lacks
    new iam.Policy(this, 'ItSARoleThereAlready', {
      policyName: 'there-already',
      roles: [iam.Role.fromRoleName(this, 'ItSARoleThereAlreadyRole', 'it\'s-a role')],
      document: iam.PolicyDocument.fromJson({
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

    // makes the managed policy managed and attaches it to the role it's-a role
    new iam.ManagedPolicy(this, 'ItSARoleManaged', {
      managedPolicyName: 'managed',
      roles: [iam.Role.fromRoleName(this, 'ItSARoleManagedRole', 'it\'s-a role')],
      document: iam.PolicyDocument.fromJson({
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

    // gives the managed policy versioned a new version, for all that it is attached to
    new iam.ManagedPolicy(this, 'ItSARoleVersioned', {
      managedPolicyName: 'versioned',
      path: '/team/',
      roles: [iam.Role.fromRoleName(this, 'ItSARoleVersionedRole', 'it\'s-a role')],
      document: iam.PolicyDocument.fromJson({
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

    // takes the inline policy old from the role it's-a role
    // Remove it where your stack adds it.

    // detaches the managed policy Admin from the role it's-a role
    // Remove it where your stack adds it.

    // gives the user 42 the inline policy remotion-executionrole-policy
    new iam.Policy(this, 'Remotion42RemotionExecutionrolePolicy', {
      policyName: 'remotion-executionrole-policy',
      users: [iam.User.fromUserName(this, 'Remotion42RemotionExecutionrolePolicyUser', '42')],
      document: iam.PolicyDocument.fromJson({
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
}
