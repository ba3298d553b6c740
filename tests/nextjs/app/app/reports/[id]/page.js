import Report from "../../../components/report";

export default async function Page({ params }) {
  const { id } = await params;
  return <Report id={id} />;
}
