/** @type {import('next').NextConfig} */
module.exports = {
  output: 'standalone',
  productionBrowserSourceMaps: true,
  env: { SUPABASE_SERVICE_KEY: process.env.SUPABASE_SERVICE_KEY },
};
