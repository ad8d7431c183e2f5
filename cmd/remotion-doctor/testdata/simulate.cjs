// Runs Remotion's simulatePermissions() for the callers given as access keys and
// prints their results: node simulate.cjs FOLDER REGION KEY…
const path = require('node:path');
const {createRequire} = require('node:module');

const [folder, region, ...keys] = process.argv.slice(2);
const {simulatePermissions} = createRequire(path.join(path.resolve(folder), 'x.js'))('@remotion/lambda');

(async () => {
	const out = {};
	for (const key of keys) {
		process.env.REMOTION_AWS_ACCESS_KEY_ID = key;
		process.env.REMOTION_AWS_SECRET_ACCESS_KEY = 'secret';
		out[key] = (await simulatePermissions({region})).results;
	}
	console.log(JSON.stringify(out));
})();
