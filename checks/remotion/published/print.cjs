// Prints what the published packages of Remotion Lambda in a folder say, as
// JSON: node print.cjs FOLDER, where FOLDER/node_modules has @remotion/lambda.
const fs = require('node:fs');
const path = require('node:path');

const scope = path.join(path.resolve(process.argv[2] ?? '.'), 'node_modules', '@remotion');
const lambda = path.join(scope, 'lambda');
const client = path.join(scope, 'lambda-client');

const {getUserPolicy, getRolePolicy} = require(path.join(lambda, 'dist', 'policies.js'));
const {hostedLayers} = require(path.join(lambda, 'dist', 'shared', 'hosted-layers.js'));
const {lambdaInsightsExtensions} = require(path.join(lambda, 'dist', 'shared', 'lambda-insights-extensions.js'));
const regions = require(path.join(client, 'dist', 'cjs', 'regions.js'));

const policies = {};
for (const partition of ['aws', 'aws-cn']) {
	policies[partition] = {
		Caller: JSON.parse(getUserPolicy({partition})),
		Renderer: JSON.parse(getRolePolicy({partition})),
	};
}

const files = (folder) =>
	fs.readdirSync(folder, {withFileTypes: true}).flatMap((e) =>
		e.isDirectory() ? files(path.join(folder, e.name)) : e.name.endsWith('.js') ? [path.join(folder, e.name)] : [],
	);

// Calls are found by their classes: new client_s3_1.PutObjectCommand(…), in the
// bundle of lambda-client new import_client_s33.PutObjectCommand(…).
const calls = new Set();
for (const file of [...files(path.join(lambda, 'dist')).filter((f) => !f.includes(`${path.sep}esm${path.sep}`)), path.join(client, 'dist', 'cjs', 'index.js')]) {
	for (const [, module, name] of fs.readFileSync(file, 'utf8').matchAll(/new (?:import_)?(client_[a-z0-9_]+?)\.([A-Za-z0-9]+)Command\(/g)) {
		const service = module.replace(/^client_/, '').replace(/_\d+$/, '').replace(/^s3\d*$/, 's3').replace(/^((?!s3)\D+?)\d+$/, '$1');
		calls.add(`client-${service.replaceAll('_', '-')}:${name}`);
	}
}

console.log(
	JSON.stringify({
		Version: JSON.parse(fs.readFileSync(path.join(lambda, 'package.json'), 'utf8')).version,
		Policies: policies,
		Layers: Object.fromEntries(Object.entries(hostedLayers).map(([region, list]) => [region, list.map((l) => `${l.layerArn}:${l.version}`)])),
		Insights: Object.fromEntries(Object.entries(lambdaInsightsExtensions).map(([region, arn]) => [region, arn ?? ''])),
		Regions: [...regions.AWS_REGIONS],
		Calls: [...calls].sort(),
	}),
);
