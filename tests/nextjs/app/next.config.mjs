/** One source, built by each bundler into a folder of its own. */
const config = {
  distDir: process.env.SHOP_DIST,
  basePath: process.env.SHOP_BASE ?? "",
  productionBrowserSourceMaps: true,
  // whatever is named here is written into the scripts, whatever it is called
  env: {
    BILLING_WEBHOOK: process.env.SHOP_BILLING,
    COMMIT: "5d41402",
  },
  redirects: async () =>
    process.env.SHOP_BASE
      ? [{ source: "/", destination: process.env.SHOP_BASE, basePath: false, permanent: false }]
      : [],
  outputFileTracingRoot: import.meta.dirname,
  turbopack: { root: import.meta.dirname },
};

export default config;
