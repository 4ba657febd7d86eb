/** Windlass is Node's, and is loaded as it is rather than bundled. */
export default { serverExternalPackages: ["windlass"] };
