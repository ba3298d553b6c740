import dynamic from "next/dynamic";

const Archive = dynamic(() => import("../../components/archive"));

export default function Legacy({ config }) {
  return <Archive title={config.title} />;
}

/** Props of a page are in the page, and in the data of a later visit. */
export async function getServerSideProps() {
  return { props: { config: { title: "Archive", database: process.env.DATABASE_URL } } };
}
