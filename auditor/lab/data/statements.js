function @a@(@b@,@c@){if(null==@b@)return{};var @d@,@e@={};for(@d@ in @b@)@c@.indexOf(@d@)>=0||(@e@[@d@]=@b@[@d@]);return @e@}
let @a@=(0,@b@.forwardRef)((e,t)=>{let{className:n,variant:r="@w@",...i}=e;return(0,@c@.jsx)("div",{ref:t,className:(0,@d@.cn)("@w@-@n@",n),...i})});@a@.displayName="@title@";
async function @a@(@b@){let @c@=await fetch(`${@d@}/api/@w@s/${@b@}`,{headers:{Accept:"application/json"}});if(!@c@.ok)throw Error("@w@: "+@c@.status);return @c@.json()}
class @title@@n@ extends @b@{constructor(e){super(e),this.state={@w@:@n@,open:!1},this.@a@=this.@a@.bind(this)}@a@(e){this.setState({@w@:e.target.value,open:!this.state.open})}}
var @a@={@w@:@n@,@v@:[@n@,@m@,1e3],@x@:void 0},@b@=Object.freeze(Object.keys(@a@));
let @a@=e=>{switch(e.type){case"@w@/@v@":return{...e,@x@:e.payload??@n@};default:return e}};
function @a@(e){return e.map(e=>({id:e.id,@w@:e.@v@||"",total:Math.round(100*e.@x@/@n@)/100})).filter(Boolean).sort((e,t)=>e.total-t.total)}
