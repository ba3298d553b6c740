import Link from "next/link";

export default function Item({ item }) {
  return (
    <p>
      {item} <Link href="/legacy/catalogue">all</Link>
      <i data-key={process.env.NEXT_PUBLIC_ITEM_API_KEY} />
    </p>
  );
}

export async function getServerSideProps({ params }) {
  return { props: { item: params.item } };
}
