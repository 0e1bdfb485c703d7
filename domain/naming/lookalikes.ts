/**
 * What letters of all scripts look like, from the confusables of UTS #39 for Unicode 15.0.0, and the
 * values of decimal digits. lab/lookalikes/make-lookalikes.ts makes this file; lookalike-table.ts reads it.
 *
 * Data © 1991-2022 Unicode, Inc., used under the Unicode License (https://www.unicode.org/license.txt,
 * SPDX Unicode-DFS-2016). THE DATA IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND.
 */
export const LOOKALIKES =
  '19=8u2 1a=wl4,1ncl 1a+1a=wl6 ' +
  '1c=19c,40,5s,bq,3k,3k,3k,3k,3k,3k,3k,3k,3k,2y,3k,28,80,28,1g0,1c,8m,3u,4w,g,5c,2o,40,g,r80,j4,' +
  '1c,5s,w,2o,bk,hio,1ow,g,me,3u,1y,4a,80,9s,3k,ao,34,g,a,2e,c0,34,io,2o,74,28,1s,a8,d0g,1tc,2o,40,' +
  'f4,mvk,c0,e8,75,nz ' +
  '1d=19d,40,5s,bq,3k,3k,3k,3k,3k,3k,3k,3k,3k,2y,3k,28,80,28,1g0,1c,8m,3u,4w,g,5c,2o,40,g,r80,j4,' +
  '1c,5s,w,2o,bk,hio,1ow,g,me,3u,1y,4a,80,9s,3k,ao,34,g,a,2e,c0,34,io,2o,74,28,1s,a8,d0g,1tc,2o,40,' +
  'f4,mvk,c0,e8,75,nz ' +
  '1e=br,g1,hm,40,5s,bq,3k,3k,3k,3k,3k,3k,3k,3k,3k,2y,3k,28,80,28,tp,mb,1c,8m,3u,4w,g,5c,2o,40,g,' +
  'r80,y,4r,2z,ag,1c,5s,w,2o,bk,hio,1ow,g,me,3u,1y,4a,80,9s,3k,ao,34,g,a,2e,c0,34,io,2o,74,28,1s,' +
  'a8,d0g,1tc,2o,40,f4,mvk,c0,e8,75,nz 1e+mt=cb ' +
  '1f=c7,2t,e3,5l,ar,40,5s,bq,3k,3k,3k,3k,3k,3k,3k,3k,3k,2y,3k,28,80,28,1g0,1c,8m,3u,4w,g,5c,2o,40,' +
  'g,395,nyv,93,1t,88,1c,5s,w,2o,bk,hio,1ow,g,me,3u,1y,4a,80,9s,3k,ao,34,g,a,2e,bb,p,34,io,2o,74,' +
  '28,1s,a8,d0g,1tc,2o,40,f4,co,miw,c0,e8,75,nz ' +
  '1g=19g,40,5s,bq,3k,3k,3k,3k,3k,3k,3k,3k,3k,2y,3k,28,80,28,my,t2,1c,8m,3u,4w,g,5c,2o,40,g,r80,j4,' +
  '1c,5s,w,2o,bk,hio,1ow,g,me,3u,1y,4a,80,9s,3k,ao,34,g,a,2e,aj,1h,34,io,2o,74,28,1s,a8,d0g,1tc,2o,' +
  '40,f4,mvk,c0,e8,75,nz ' +
  '1h=cc,x5,40,5s,bq,3k,3k,3k,3k,3k,3k,3k,3k,3k,2y,3k,28,80,28,1g0,1c,8m,3u,4w,g,5c,2o,40,g,r80,j4,' +
  '1c,5s,w,2o,bk,hio,1ow,g,me,3u,1y,4a,80,9s,3k,ao,34,g,a,2e,au,16,34,io,2o,74,28,1s,a8,d0g,1tc,2o,' +
  '40,f4,mvk,c0,e8,75,nz ' +
  '1i=tt,fp,40,5s,bq,3k,3k,3k,3k,3k,3k,3k,3k,3k,2y,3k,28,80,28,ns,s8,1c,8m,3u,4w,g,5c,2o,40,g,398,' +
  'nys,j4,1c,5s,w,2o,bk,hio,1ow,g,me,3u,1y,4a,80,9s,3k,ao,34,g,a,2e,bj,h,34,io,2o,74,28,1s,a8,d0g,' +
  '1tc,2o,40,f4,mvk,c0,e8,75,nz ' +
  '1j=19j,40,5s,bq,3k,3k,3k,3k,3k,3k,3k,3k,3k,2y,3k,28,80,28,1g0,1c,8m,3u,4w,g,5c,2o,40,g,r80,j4,' +
  '1c,5s,w,2o,bk,hio,17,1np,g,me,3u,1y,4a,80,9s,3k,ao,34,g,a,2e,b3,x,34,io,2o,74,28,1s,a8,d0g,1tc,' +
  '2o,40,f4,mvk,c0,e8,75,nz ' +
  '1k=f6,1,ud,40,5s,bq,3k,3k,3k,l,2z,3k,3k,3k,3k,3k,2y,3k,28,80,28,1g0,1c,8m,3u,4w,g,5c,2o,40,g,' +
  'r80,j4,1c,5s,w,2o,bk,h7m,b2,1ow,g,me,3u,1y,4a,80,9s,3k,ao,34,g,a,2e,c0,34,io,2o,74,28,1s,a8,d0g,' +
  '1tc,2o,40,f4,mvk,c0,e8,75,k2,3x ' +
  '1l=19l,40,5s,bq,3k,3k,3k,3k,3k,3k,3k,3k,3k,2y,3k,28,80,28,1g0,1c,8m,3u,4w,g,5c,2o,40,g,38x,nz3,' +
  '91,a3,1c,5s,w,2o,bk,hio,1ow,g,me,3u,1y,4a,80,9s,3k,ao,34,g,a,2e,ab,w,a,j,34,io,2o,74,28,1s,a8,' +
  'd0g,1tc,2o,40,f4,mvk,c0,e8,75,nz 1m=k0,183,ao,uii 2n=1kq 2p=gh,8w,w,2n,w,322,ez,sa1,iia,lgg ' +
  '2p+2p=x0y,1 2p+2t=5i,w,ry,1 2p+33=x10,1 2p+39=x12,1 2p+3a=x14,1,1,1 2p+3d=x18,1 ' +
  '2q=as,em,3k,q,337,11,3i,8t,20,s7t,kk,hxq,v,2o 2q+30=tn 2q+lg=ar 2q+lj=41f 2q+lw=gj ' +
  '2q+mt=ao,kj,16 2r=td,w,332,1t1,334,1,nqt,1cl,h6b,2o,7n,14,67,3x2 2r+me=x7 2r+mw=fw ' +
  '2s=zl,2vz,1z,3s,a7,c,s88,1 2s+3e=ir 2s+f1=is 2s+i9=it 2s+lg=b0 2s+lw=gn 2s+mg=gm 2s+mt=7l ' +
  '2t=ph,3k,w,3s,2y7,51p,nnb,18i,h90,4dc,8 2t+mg=xr 2t+mw=g7 ' +
  '2u=rg,bs,374,1rd,qio,jf,1,po,h8y,u,hs,3ul,w 2u+97=ix 2u+me=b6 2u+ms=5ta ' +
  '2v=b1,5w,iz,39,2tb,1f,1w0,qqb 2v+lw=gw 2v+mt=dh 2w=pj,3q,4e,51,2tn,7,ca,4k2,nrt,ijs ' +
  '2w+lw=h2,wfj 2w+mt=87,ms 2x=8h,2t,5v,1,8f,w,25,28,2y,f,2xi,4x9,o1h,10u,lla 2x+mt=h4,5cj,1 ' +
  '2y=ov,38,l,28,30z,6a,si4,k9 2y+mt=g9 2z=pm,3k,34c,kv,4an,nr7,j0h 2z+lw=bd ' +
  '30=cg,t1,a,20,bn,2dw,5o,ev,4cv,3j,nma,h,ihk,3j,n,6z,7f,3ul,f,h2c,i,o0v 30+30=ch,tr 30+33=tq ' +
  '30+37=iy 30+3e=iz 30+f1=ha 30+mg=h9 30+ms=h7 30+mt=be 30+mw=8y 30+191=19v 30+19w=19u ' +
  '31=po,2m,y,32z,ft,6e,4aq,nrb,ij5,2p,3xr 31+me=hd 31+ms=5tb 32=pp,d7,4,7q6,nra,j03 32+mg=hf ' +
  '32+mh=bi,ex 32+ms=5tc ' +
  '33=pr,w,4,2j,w,7r,1c,2k,2u,3b,3,k,uj,6a,3k,3k,u,2q,ij,6a,cx,20v,2,32l,1,51,j7,n3g,18q,h91,p,9l,' +
  '14,46,14,18,3vj,j,f 33+2t=9e,1 33+33=wwo,1,51,1 33+le=1dr 33+m3=xv8 ' +
  '33+mt=hh,8z,57,3a,7yg,o4a,ub,19 33+mw=6w,8qx,ovx 33+2ls+33=2n3 33+370=368 33+5qf=hi ' +
  '34=pt,w,2n,w,336,3v,4s5,1,nqm,iis 34+lw=bp 34+mt=5tp 35=10b,20,3,7vz 35+lw=io ' +
  '36=bq,i5,31q,1d,c5,1i7,31b,nry,19g,1,1l,hmb,l1d 36+mg=hp 36+mh=ho 36+ms=5te 36+mt=gd,g6 ' +
  '37=cd,g8,28,6y,2va,5,snc,gf,vt,h64,ay,14,41l,h2x 37+37=qa,37i,t6t 37+mg=hu 37+ms=5tg ' +
  '38=pw,3i,328,4xw,nqm,iir,q,2s,49z,h1q 38+1f=x0o 38+2u=x2v 38+37=iu 38+f1=x0p 38+gl=iw 38+hv=iv ' +
  '38+lw=bx 38+ms=5th 38+mt=9z 39=i3,8q,aw,1c,2gz,gc,1qo,qu0,iz,q7,4,hoc,14,3wi,w,h2i 39+2t=5t7 ' +
  '39+33=xur 39+mt=5tq,s2m 3a=ql,53,1,9v,2rl,2e,1rl,36g,nn2,e1,y2,ho4,3jd,be,w,h1k ' +
  '3b=hb,du,57,1,1w,2tu,x,1u5,qtl,1ax,l8n,4,1,dc 3b+lj=1io5 3b+me=x29 3b+w6+w7=vx ' +
  '3c=pz,3i,w,3cs,1o,8q,4c5,4x,nm6,js,hy5,10,2r,b,ed,3wl ' +
  '3d=gz,18,7q,e,34,w,2z,1,2ew,jm,k,1xr,ab,2p5,nr8,19q,h94,4c2,1k,h2f 3d+lw=c4 3d+mt=gf,gy ' +
  '3e=pi,371,1un,qt6,1br,h9e,4ac,r 3e+me=f9 3e+mg=i8 3e+ms=5ti 3e+mt=c6 6o=2ojx 72=cf,ft ' +
  '8o=qi,3k,4wh,32i,p41 8o+mh=wr 8o+mt=wv at=uk,x1v at+2x=uj bs=rt,4zf,r35 cj=8y9 d9=gp,hs,7z5,nnb ' +
  'd9+33=5qs d9+33+mt=xtu d9+33+mw=xtt f1=ia,gf,2du,5i2,o7y fr=12t g2=xvi gb=5u8 gg=4as,sa3 ' +
  'gk=or,51x,vo,pxz,iuo gk+2t=xuq gk+mw=xtr gr=20j1 gs=tz,4wh gs+me=wp gu=1feq gy=zx,2y6,txx ' +
  'hc=12y,2i1 hj=1fen hk=qu,3i,7zb hq+ms=5tf hs=xv5,1d hv=8y1,ow4 i2=4dq,6 i2+mt=5tr ' +
  'i4=3zl,1rq,368,nn2,dl,i4f,gb,l0l i5=u4,4wh,s56 i5+me=y6 ic=1vh,v3i ig=8yh ih=tu,34a ii=x3x,ia5 ' +
  'ik=u5,x1q ik+me=y0,2 ik+mh=wz in=8up,p25,hhx ip=wy5 jd=jf,1,1,1,a,2,1,lq,ez,1,2fp,hu,slc,13gl,1 ' +
  'je=ku,lg jt+2q=ui jt+2q+2x=wup lc=1ub ld=13w,1,3f,1i,6x,el le=lt,ne,b7,44i,ra8 lf=n6,lt ' +
  'lg=lh,no,b6,44n,ra7 li=lo,2q,kq,2,vmq li+lj=ls,rc,ex,3k,74,3k,73,3l,3k,1g3i ' +
  'lj=ns,gx,1,7,1,2,88,2c,1,4s,71,o,74,3k,97 lk=1kj,6w ll=9ik ' +
  'lm=o6,g9,4j,3x,wz,jv,3k,a1,1hs,d,4d3,j4,18py ln=18r,it lq=5p6 lu=193 lv=lx,lg,1i,is lw=199 ' +
  'ly=5pp mb=14k,h,47,i9,27,3k,3k,3k,3k,3hd,1avx,1hs,l5 mc=1ri,3xs md=307,6ie me=m9,6,i mg=ma,4np ' +
  'mh=192,4g6 mj=5p1 ml=5p5 mm=5p4 mp=m8,182 mr=nb mt=mu mw=mv nk=nr,141,7 nm=1s0 no=1rt np=1ru ' +
  'o3=92u o4=92v o8=92l of=92n qb=42t,1wf6 qc=3yb,50d,163p,u,lfb qc+3z4=3zg qj=1fiz qo=u7,4x5,r77 ' +
  'qr=rf qu=3ls,xc,1akj qv=8tp,p0m,2 qw=vl,3mv,1al9,g4 qx=4dr,6,4fw,o0s,a2,hz3 rb=8v8 rd=1f3h,2t ' +
  'ty+mh=wn u0=wwx u0+me+li=wb u3=5rf u3+me=xy ug=8u5 ux=xuo v5=4bz xj=y4 121=jj 12p=3o4 ' +
  '12w=3mo,dq,skn 13q=14d 13s=14e 13t=148 13u=144 17s+190=1pd 17s+1cr=1g1 17s+1cy=1py 17t=1c3 ' +
  '17x+190=1a9,6p 17x+1cr=1ad 17z=1f4x 17z+le=1da 17z+mc+mb=1pq 17z+179=1ag 17z+1cr=1am 181+le=1db ' +
  '181+li=1aq 181+li+lj=1q1 181+179=1ap 181+190=1gs 181+1cr=1aw 182+le=1pu 183+le=1ha 183+1cr=184 ' +
  '185=1f5e 185+mc+mb=1pr 185+1cr=1b2 187=1f54 187+1cr=1b3 18h=1bb 18j=1bd,1 18j+1cr=1bh,52 ' +
  '18k+li=1bp 18k+1cr=1br 18l+1cr=1pj 18m+li=1gp 18m+179=1go 18o=1pt,1df7 18o+le=1c9 18o+li=1c6 ' +
  '18o+lv=1c7 18o+19s=1c8 18o+1cr=1cb 18p=18q,10,24,i,6,dn 18p+le=18d 18p+li=1ce,3s 18p+li+lj=1q2 ' +
  '18p+179=1a1,1u 18p+190=1pk 18p+1cr=17v,k,1r,1r,k 18p+1cr+1cy=1pz 18s=1r9,3,9 18t=1rm 18w=lz,lf ' +
  '191=19b 19e=xjj 19f=2ojt 19s=lp 1a3=1cg 1ai+179=1aj 1av+179=1gx 1b5=19r,gc,1 1b5+1cr=1b8,4 ' +
  '1b6+1cr=1pg 1bg=1gi 1bj=1ps 1bj+1cr=1bo 1cr=59w,17r 1fg=1fm 1g4=1gn,8y 1s5+1tq=1s6 ' +
  '1s5+1tq+1ty=1si 1s5+1tq+1tz=1sj 1s5+1tq+1u0=1sk 1s5+1ty=1s4 1s5+1u1=1sh 1sf+1tx=1sd 1sf+1ty=1se ' +
  '1sf+1tz=1sg 1tc+1u5+1s7=1s8 1tm=1i2z 1tp=24d 1tt=24h 1tu=24i 1ty=217 1u5=219,3k 1v5=2mm ' +
  '1vn=1z7,e8,3k,3k,3k,j9,1fgp 1vp+1xa=1vq 1vv+1xf=1y8,1 1w8=1imq 1wa=1ims 1wc=1imu 1we=1imw ' +
  '1wf=1imx 1wh=1imz 1wj=1ine 1wk=1in2 1wl=1in3 1wm=1in4 1wn=1in5 1wo=1in6 1wq=1in7 1ws=1ind ' +
  '1wu=1inb 1wv=1inc 1ww=1inf 1wy=1in1 1x3=1inh 1x4=1ini 1x9=1io4 1xa=1ink 1xb=1inl 1xj=1int ' +
  '1xp=1io2 1xz=1inx 1z9+20u=1za 1z9+214=1zk 1z9+218=1zo 22a+20v=1zb 22a+20w=1zc 22a+213=1zj ' +
  '22b+20x=1zd 22b+20y=1ze 22t+24e=22u 22t+24e+24l=235 22t+24e+24n=237 22t+24e+24o=238 22t+24l=231 ' +
  '22t+24n=233 22t+24o=234 26d+27y=26e 2a0=2b4,e 2a1=2kp 2a1+2b7=2a2 2a1+2mv=2kq 2a8=2ak,ao ' +
  '2ai+2bm=2cy 2an+2bj=2m2 2ar=2lf 2ax=2bs 2b3=2cw 2b7=2c7 2b8=2lw 2ba=2ly 2bj=2m7,1 2dh=2h1 ' +
  '2di=2h2 2dj=2h3 2dn+2f2=2g0 2do+2f2=2g1 2du=2he 2du+2fg=2dw,3k 2du+2fp=2dv,3k 2e4=2ho 2e6=2hq ' +
  '2e9+mb=2ea 2eb=2hv 2ef+14s=2ed 2ek+mb=2el 2en=2i7 2eo+14s=2e8 2ep=2i9 2eq=2ia 2et+mb=2ev ' +
  '2et+2f2=2ex 2et+2f5=2em 2f5+2f2=2f6 2f7+2f2=2f8 2h8+2im=2jl 2kn+2mv=2ko 2ku+2me=2kw 2ky+2m6=2kz ' +
  '2ky+2mv=2l0 2la=2n5 2lk+2m9=2ks,d 2lk+2ml=2nv 2lk+2ml+2lq=2my 2ls=2lt 2ls+2ml=2nw ' +
  '2m1+2ml+2lq=2nq 2m9=2ma,1 2me+2me=2mg 2rm=2rn 2ro=2s4,1 2rq=2sh 2rs=2vc 2ru=2rv 2ry=2rz 2s1=2s7 ' +
  '2sa=2vu 2sb=2vv 2sd=2vx 2se=2vy 2sf=2vz 2sg=2sm 2si=2vh 2sy=2th 2t0=4on 2t1=4oo 2t2=4op 2t3=4oq ' +
  '2t4=2wo 2t5=2wp 2tc+2tc=2td 2tk=2x4,1s3 2tl=2x5 2tm=2x6 2tn=2x7 31e=31m 31k+324+326=2yo ' +
  '35u+370=35s 35u+37i=39d 35v+37i=38w 36d+370=36n 36d+370+37i=38v 36d+37i=38m 36m+37g=36x ' +
  '36m+37g+375+370+37e=36y 37l=38l 399+37i=39a 3cw=3hk 3cw+3cw=3cx,4o 3cw+3cy=3ju 3cw+3cz=3fe ' +
  '3cw+3d1=3ib 3cw+3d3=3jv 3cw+3d5=3hm 3cw+3d5+3cw=3ic 3cw+3da=3jw 3cw+3db=3jx 3cw+3de=3jy 3cy=3hn ' +
  '3cy+3cw=3df,4y 3cy+3cy=3dg,6j 3cy+3cz=3dh,4x 3cy+3d1=16mj 3cy+3d3=3di 3cy+3d5=3ff,30 ' +
  '3cy+3d8=3fg,28 3cy+3da=16mk 3cy+3dc=3ih 3cy+3de=3fh,28 3cy+3eo=3ig 3cz=3hq 3cz+3cw=3dj,4z ' +
  '3cz+3cz=3d0,139l 3cz+3cz+3d3=16mm 3cz+3d1=3fi,31 3cz+3d2=xgg 3cz+3d3=xgh,966 3cz+3d5=xgi,966 ' +
  '3cz+3d5+3cw=16mp 3cz+3d8=xgj,967 3cz+3da=16mr 3cz+3dc=16ms 3d1=3hr 3d1+3cw=3hs,tys ' +
  '3d1+3cw+3cw=xgl,968 3d1+3cw+3d5=3ik 3d1+3cw+3de=16mu 3d1+3cy=3dk,51 3d1+3cz=3im,ty0 ' +
  '3d1+3cz+3cz=xgn 3d1+3cz+3de=3in 3d1+3d1=3dl,53 3d1+3d1+3db=16mv 3d1+3d2=3ht,tyv 3d1+3d2+3cw=3ip ' +
  '3d1+3d2+3d5=3iq 3d1+3d2+3de=16mw 3d1+3d3=3hu,tyv 3d1+3d3+3cz=16mx 3d1+3d3+3d3=xgq ' +
  '3d1+3d3+3d5=3ir 3d1+3d3+3d7=3it,txy 3d1+3d3+3dd=16my 3d1+3d3+3de=3is 3d1+3d5=3hv,tyx ' +
  '3d1+3d5+3d5=3iu 3d1+3d7=3dn,139e 3d1+3d8=xgt 3d1+3db=3iw,txy 3d1+3dc=3hw 3d1+3dd=3hx ' +
  '3d1+3de=3dm,x,3f,135o 3d1+3eo=3iv 3d1+3f0=16mz 3d1+3fd=3ix 3d1+3fd+3de=16n0 3d2=3hz ' +
  '3d2+3cw=3iy,txx 3d2+3cy=16n2 3d2+3cy+3cy=16n3 3d2+3cz=xgw 3d2+3d1=3iz 3d2+3d2=16n4 ' +
  '3d2+3d3=3do,5c 3d2+3d3+3d5=16n5 3d2+3d5=3j1,txw 3d2+3d5+3d5=3j2 3d2+3d7=3dp,5h 3d2+3d8=16n6 ' +
  '3d2+3da=3j4 3d2+3de=3j5 3d2+3eo=3j3 3d3=3i0 3d3+3cw=3dq 3d3+3cy=3dr 3d3+3cz=3ds,139f ' +
  '3d3+3d1=3j7 3d3+3d1+3dd=16n8 3d3+3d2=16n9 3d3+3d3=3d4,13a6 3d3+3d3+3d7=3e4 3d3+3d5=3dt,48 ' +
  '3d3+3d5+3cw=3du 3d3+3d5+3cz=3dv,139g 3d3+3d5+3d3=3dw 3d3+3d5+3d5=3dx 3d3+3d5+3d8=3dy ' +
  '3d3+3d5+3dc=xgy 3d3+3d7=3e3,57 3d3+3d8=3dz,139d 3d3+3da=3e0,139d 3d3+3db=xgz 3d3+3dc=3e1 ' +
  '3d3+3dd=3e2,56 3d3+3de=3j9,txr 3d5=3i2 3d5+3cw=3e5,56 3d5+3cy=3e6 3d5+3cz=3e7,55 3d5+3d1=3e8,55 ' +
  '3d5+3d2=3e9,1395 3d5+3d3=3ea,54 3d5+3d3+3cw=3eb 3d5+3d3+3d7=16nf 3d5+3d5=3d6,4x ' +
  '3d5+3d5+3cw=16ng 3d5+3d5+3cz=16nh 3d5+3d5+3d3=xh1 3d5+3d5+3d5=3ec 3d5+3d7=3ed 3d5+3d8=3ee,1395 ' +
  '3d5+3da=3ef,1395 3d5+3db=3eg 3d5+3dc=3eh,1394 3d5+3dd=3ei 3d5+3eo=16ni 3d7=3i4 3d7+3cw=3ep,4r ' +
  '3d7+3cw+3cw=3jh 3d7+3cz=3eq 3d7+3d1=xh2 3d7+3d2=3er 3d7+3d3=3es 3d7+3d5=3et,4s 3d7+3d7=3ev,4n ' +
  '3d7+3d8=3ew 3d7+3da=3ex 3d7+3db=3jj 3d7+3dc=3ey 3d7+3dd=3ez 3d7+3de=xh3 3d7+3eo=3eu,4s 3d8=3i5 ' +
  '3d8+3d3=16nr 3d8+3d3+3d3=16ns 3d8+3d7=3f1 3d8+3d8=3d9,13ak 3d8+3d8+3de=xh4 3da=3i6 3da+3db=3f6 ' +
  '3da+3de=3f7 3db=3i7 3dc=3i8 3dc+3dc=xh5 3dd=3i9 3dd+3d3=3fa,4d 3dd+3d5=16nu 3dd+3d7=3fb,4d ' +
  '3dd+3dc=16nv 3dd+3de=xh6 3de=3ia 3de+3cy=3jp 3de+3d1=3jq 3de+3d2=3jr 3de+3d3=3js 3de+3d5=xh7 ' +
  '3de+3de=3fc 3ek+3ek=3el 3em+3em=3en 3eo=3jf 3eo+3d3=16nn 3eo+3d3+3d7=16no 3f0=3jk 3f0+3d2=16np ' +
  '3f0+3de=16nq 3f2+3f2=3f3 3f4+3f4=3f5 3fd=3jt 3fd+3fd=xh8 3fl+3ft=3g6 3fl+3fy=3g7 3fl+9oc=3hf ' +
  '3fl+ffs=3fm 3fn+3ft=3g8 3fn+3fx=3g9 3fn+3fy=3hg 3fn+ffs=3fo 3fp+3ft=3ga 3fp+3fy=3gb 3fp+9oc=3gc ' +
  '3fp+ffs=3fq 3fr+3fn=3hh 3fr+3ft=3gd 3fr+3fy=3ge 3fr+ffs=3fs 3ft+3fl=3fu 3ft+3fl+ffs=3fv ' +
  '3ft+3fn=3hi 3ft+3fn+ffs=3hj 3ft+3fp=3gf 3ft+3fp+ffs=3gg 3ft+3fr=16ls 3ft+3fr+ffs=3gh ' +
  '3ft+3ft=3gi 3ft+3ft+ffs=16lt 3ft+3fy=3gj 3ft+ffs=3fw 3fx+3fl=16lu 3fx+3fl+ffs=16lv ' +
  '3fx+3fn=3gk,2 3fx+3fn+ffs=3gl 3fx+3fp=16lw 3fx+3ft=3gn 3fx+ffs=3go 3fy+3fl=3gp 3fy+3fl+ffs=3gq ' +
  '3fy+3fp=3fz 3fy+3fp+9oc=3gr 3fy+3fp+ffs=3g0 3fy+3fr=16lx 3fy+3fr+ffs=3gs 3fy+3fy=3gt ' +
  '3fy+ffs=3g1 3fy+ffs+ffs=16ly 3g2+3fl=3gu 3g2+3fl+ffs=16lz 3g2+3fp=3gv 3g2+3fp+ffs=3gw ' +
  '3g2+3fr=3gx 3g2+3fr+ffs=3gy 3g2+3ft=16m0 3g2+3fy=3gz 3g2+ffs=3h0 3ha+3fl=16md 3ha+3fp=3hb ' +
  '3ha+3fp+ffs=16me 3ha+3fy=3hc 3ha+3ha=3he 3ha+ffs=3hd 3y9+3z4=3zf 3yd+3z4=3zh 3yi+3z4=3zi ' +
  '3z2+4wv=4wt 3z5=441 3zb=x3j 3zd=474 3zn=20jj 3zr=400 3zs=4he 40k=40t 421=4cj 428=4ci 443=4ck ' +
  '44a=4cn 45n+2q=45q 45n+40l=45p 45n+428=45r 477=4de 47a=4df 47e=4dg 47k+2q=48z 47k+2q+lj=490 ' +
  '47k+2s=48x 47k+34=48v 47k+417=4fj 47k+418=48u 47k+41a=48w 47k+41c=48y 47k+41v=491 49h+2y=49d ' +
  '49h+421=4fk 49h+422=49a 49h+423=49b 49h+424=49c 49h+426=49e 49h+428=49f 49h+429=49g 49i+2y=4fn ' +
  '49i+423=4fl 49i+424=4fm 49i+426=4fo 49i+428=4fp 49i+429=4fq 4bl=wl3 4f4=wkt 4hl=wxc 4ho=4ip ' +
  '4hp=4hu 4ik=1f2s 4j3=8yr 4o2=4o3 4s5=4t1 4t8=4uu 4wv+3z2=4ws 4xh=4wr 5q8=xve 5qd=xv4 5qf=xvg ' +
  '5qi=xvf 5qm=on,5d,1el1 5qw=5rd,s5l 5qx=un 5qz=qs,3i,x0w 5qz+mh=x9 5wf=92g 61r=qc,ca,361 6i1=wvj ' +
  '6ku=4ad,sa1 8qn=xhu 8s6=wxd,y7 8xs=1f3s 92k=5wu 9ir=9n2,5td 9jj=2zfs 9ko=9nc 9oc=3g3,byl,hrr ' +
  '9oc+3fl=16m1 9oc+3fp=16m2 9oc+3fp+ffs=16m3 9oc+3ft=16m4 9oc+3fy=3h1 9oc+9oc=3h2 9oc+ffs=3g4 ' +
  '9oc+ffs+3fy=3h3 ako=dcr app=beb bi9=jrd bmi=kc6 bp1=ph2 bp6=imo bp7=dgg bs3=kx5 cop=vk3 cov=k83 ' +
  'dhf=kdi dyu=ra6 ffs=3g5 ffs+3fl=3h4 ffs+3fn=3h5 ffs+3fn+3ft=16m5 ffs+3fn+ffs=16m6 ffs+3fr=16m7 ' +
  'ffs+3fr+ffs=16m8 ffs+3ft=3h6 ffs+3ft+ffs=16m9 ffs+3fx=16ma ffs+3fy=3h7 ffs+3g2=16mb ffs+3ha=3h9 ' +
  'ffs+9oc=3h8 ffs+ffs=16mc fik=9mz fjv=9lw fp1=fsy ftw=fuk g2z=9n3 gbf=9m3 ggs=9mw gkj=9nx,7hm ' +
  'gur=gv3 h7j=hkb hgh=hgr hij=hkv hlh=9mn hwv=hz4 ijp=9m0 ild=ilu jee=jeg k7u=k89 kcs=peu kcv=pg0 ' +
  'kcw=pfu kcz=phd kd4=pif kdf=plz kfi=kjj kv1=kyv lu0=lzt npw=nrj or9=os6 ph8=pj5 q6l=qbj qif=qip ' +
  'ram=rct rk6=rkf rq4=rqb ry7=rye s11=s1m s5z=s63 s8v=s9z slq=sm6 t65=t66 trr=trs v9e=v9f vdd=vde ' +
  'wl2=20iu wux=20ik wvd=1fjf x0n=x3p x1b=ot x2y=x2y x3n=gr,9m,4f,59,7so,p3m,hhq,42t x6j=4af ' +
  'xdn=1i3g xi5=xib 1f9e=1fbl 1f9v=1fbn 1fa2=1kxk 1fei=x3v 1ggu=1omx 1h36=1h4s 1h45=1h4q ' +
  '1ik4+1iki+1ij6=1ij7 1ik4+1iki+1ijc=1ijd 1ik4+1iki+1ijn=1ijo 1ik4+1iki+1ijt=1iju ' +
  '1ik4+1iki+1ijw=1ijx 1ik4+1iki+1ijy=1ijz 1ite=1ivs,1 1itf=1ivu 1itg=1ivv 1iuq=1ivw 1iur=1ivx ' +
  '1jvp+1jvp=1jvs 1jvp+1jvp+1jvz=1jvt 1jvp+1jvp+1jw0=1jvu 1jvp+1jvz=1jvq 1jvp+1jw0=1jvr ' +
  '1jvv+1jvv=1jvx 1jvv+1jvv+1jvz=1jvy 1jvv+1jvz=1jvw 1jw3+1jvz=1jw4 1jw3+1jw0=1jw5 1jw3+1jw3=1jw6 ' +
  '1jw3+1jw3+1jvz=1jw7 1jw3+1jw3+1jw0=1jw8 1k8a=1k8i ';
