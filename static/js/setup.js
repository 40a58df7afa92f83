// The first run begins in the zone that the browser is in.
{
  const select = document.getElementById("id_timezone");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const isKnown = [...(select?.options ?? [])].some((option) => option.value === zone);
  if (isKnown && select.value === "UTC") select.value = zone;
}
